//! SMB2 and SMB3: negotiate, session setup, tree connect.

use smb2_proto::smb2::{Body, Command, CtlCode, Dialect, HeaderFlags, Message, SecurityMode, SessionFlags};
use smb2_proto::{FileTime, NtStatus, RequestId};

use super::gss::{self, with_blob};
use super::smb::{Asked, Dialogue};
use super::smb_validate::Negotiated;
use crate::Phase;
use crate::log::{self, Source};
use crate::show::Decode;
use crate::story::Fact;
use crate::tracker::Scene;

impl Dialogue {
    /// One message of the compound `whole`.
    pub(super) fn smb2(&mut self, scene: &mut Scene<'_>, whole: &Source<'_>, message: &Message<'_>) {
        let source = whole.sub(message.span);
        let base = message.span.start;
        let header = &message.header;
        let key = RequestId::V2(header.message_id.value);
        let tree = header.tree_id.map_or(0, |tree| tree.value);
        let status = header.status().map_or(NtStatus::SUCCESS, |status| status.value);
        // Interim answers say nothing yet.
        if status == NtStatus::PENDING {
            if self.is_asked(key) {
                scene.tell(Fact::SmbPending);
            }
            return;
        }
        let mut answered = if header.is_response() { self.answered(key) } else { Default::default() };
        let frame = scene.frame;
        let note =
            |summary: String| log::Message::new(frame, &source, Phase::P3, summary).whole(Decode::Smb2);
        let said = match &message.body {
            Body::NegotiateRequest(negotiate) => {
                let dialects: Vec<_> =
                    negotiate.dialects.iter().take(8).map(|d| d.value.to_string()).collect();
                let said = note(sentence!("SMB negotiate: offers {}", dialects.join(", ")));
                scene.tell(Fact::SmbNegotiate { smb2: true });
                self.negotiated = [Negotiated::offered(negotiate), None];
                self.ask(scene, said, key, Asked::Step);
                return;
            }
            Body::SessionSetupRequest(setup) => {
                let proof = gss::proof(setup.security_buffer.value);
                scene.tell(Fact::SmbSetup { proof: proof.as_ref().and_then(|proof| proof.who.clone()) });
                gss::tell_ticket(scene, proof.as_ref());
                let text = proof.map_or_else(|| "no credentials".to_owned(), |proof| proof.text);
                let said =
                    with_blob(note(sentence!("SMB session setup: {text}")), &setup.security_buffer, base);
                self.ask(scene, said, key, Asked::Step);
                return;
            }
            Body::TreeConnectRequest(connect) => {
                let path = connect.path.to_string();
                let said = note(sentence!("SMB tree connect: {path}"));
                scene.tell(Fact::SmbTree { path: path.clone() });
                self.ask(scene, said, key, Asked::Tree(path));
                return;
            }
            Body::NegotiateResponse(negotiate) => {
                // A server answers an SMB1 negotiate that offers SMB2 in SMB2.
                answered.request = answered.request.or_else(|| self.negotiate1.take());
                let dialect = negotiate.dialect_revision.value;
                let chosen = if dialect == Dialect::WILDCARD {
                    "SMB2, the dialect comes next".to_owned()
                } else {
                    dialect.to_string()
                };
                let clock = nanoseconds(negotiate.system_time.value);
                scene.tell(Fact::SmbNegotiated { clock, smb1: false });
                self.negotiated[1] = Negotiated::chosen(negotiate);
                let required = negotiate.security_mode.value.contains(SecurityMode::SIGNING_REQUIRED);
                let signing = if required { ", signing required" } else { "" };
                let said = note(sentence!("SMB negotiate: server chooses {chosen}{signing}"));
                with_blob(said, &negotiate.security_buffer, base)
            }
            Body::SessionSetupResponse(setup) => {
                let flags = setup.session_flags.value;
                let token = gss::proof(setup.security_buffer.value);
                gss::tell_clock(scene, token.as_ref());
                if let Some(error) = token.and_then(|proof| proof.error) {
                    scene.tell(error);
                }
                scene.tell(Fact::SmbSetupAnswer {
                    status,
                    encrypted: flags.contains(SessionFlags::ENCRYPT_DATA),
                    anonymous: flags.intersects(SessionFlags::IS_NULL | SessionFlags::IS_GUEST),
                    signed: header.flags.value.contains(HeaderFlags::SIGNED),
                });
                let text = if status == NtStatus::MORE_PROCESSING_REQUIRED {
                    let proof = gss::proof(setup.security_buffer.value);
                    sentence!("goes on: {}", proof.map_or_else(|| "next step".to_owned(), |proof| proof.text))
                } else if flags.contains(SessionFlags::IS_GUEST) {
                    "accepted as guest".to_owned()
                } else if flags.contains(SessionFlags::IS_NULL) {
                    "accepted, anonymous".to_owned()
                } else {
                    "accepted".to_owned()
                };
                with_blob(note(sentence!("SMB session setup: {text}")), &setup.security_buffer, base)
            }
            Body::IoctlRequest(control) if control.ctl_code.value == CtlCode::VALIDATE_NEGOTIATE_INFO => {
                let [offered, _] = &self.negotiated;
                let differs = offered.as_ref().and_then(|offered| offered.differs(control.input.value));
                let said = note("SMB validates the negotiation, signed".to_owned());
                scene.tell(Fact::SmbValidate { differs });
                self.ask(scene, said, key, Asked::Validation);
                return;
            }
            Body::IoctlResponse(control) if control.ctl_code.value == CtlCode::VALIDATE_NEGOTIATE_INFO => {
                let [_, chosen] = &self.negotiated;
                let differs = chosen.as_ref().and_then(|chosen| chosen.differs(control.output.value));
                scene.tell(Fact::SmbValidated { status, differs });
                note(match differs {
                    Some(what) => sentence!("SMB negotiation validated: {what}"),
                    None => "SMB negotiation validated: as captured".to_owned(),
                })
            }
            Body::TreeConnectResponse(_) => {
                let path = self.tree_connected(tree, answered.asked);
                scene.tell(Fact::SmbTreeAnswer { path: path.clone(), status });
                note(sentence!("SMB tree connect: {path} connected"))
            }
            Body::Error(_) if matches!(answered.asked, Some(Asked::Validation)) => {
                scene.tell(Fact::SmbValidated { status, differs: None });
                note(sentence!("SMB negotiation: {status}"))
            }
            _ => {
                if let Some(event) = message.pipe_event() {
                    self.pipe(scene, (whole, Some(message.span)), &event, tree, answered);
                    return;
                }
                if !matches!(message.body, Body::Error(_)) {
                    return;
                }
                match (&answered.asked, header.command.value) {
                    (Some(Asked::Tree(path)), _) => {
                        scene.tell(Fact::SmbTreeAnswer { path: path.clone(), status });
                    }
                    (_, Command::SESSION_SETUP) => {
                        scene.tell(Fact::SmbSetupAnswer {
                            status,
                            encrypted: false,
                            anonymous: false,
                            signed: header.flags.value.contains(HeaderFlags::SIGNED),
                        });
                    }
                    (_, Command::NEGOTIATE) => {
                        scene.tell(Fact::SmbNotNegotiated { status: Some(status) });
                    }
                    _ => {}
                }
                match Self::refused(answered.asked.as_ref(), &header.command) {
                    Some(what) => note(sentence!("{what}: {status}")),
                    None => return,
                }
            }
        };
        scene.log.push(said, answered.request);
    }
}

/// A FILETIME in nanoseconds since 1970.
fn nanoseconds(time: FileTime) -> Option<i64> {
    let (seconds, rest) = time.to_unix()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(i64::from(rest))
}
