//! SMB sessions that are not refused in words: dialects that don't meet, signatures that don't fit.

use smb2_proto::NtStatus;

use super::{Fault, HOST, Play, Step, Stop};
use crate::conversation::{Conversation, Who};
use crate::script::{MS, SECOND};
use crate::smb::{self, validate};
use crate::tokens::{Proof, ap_rep, krb5_token, spnego_init, spnego_next};

/// How the negotiation is said again under a signature ([MS-SMB2] 3.3.5.15.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// As it was said; survived.
    Same,
    /// The server names another dialect, and the client hangs up.
    Changed,
    /// The server refuses.
    Refused,
    /// The server resets the connection.
    Reset,
}

impl Play {
    /// The dialect of SMB.
    pub(super) fn negotiate(&mut self, talk: &mut Conversation) -> Step {
        let now = talk.now;
        match self.plan.fault {
            Some(Fault::OnlySmb1) => {
                talk.client(&mut self.script, &validate::only_smb1().0);
                self.mark();
                talk.rst(&mut self.script, Who::Server);
                self.mark();
                self.now = talk.now;
                return Err(Stop);
            }
            Some(Fault::ServerChoosesSmb1) => {
                let (request, response) = validate::smb1_chosen(now);
                self.exchange(talk, &request, &response);
                self.mark();
                talk.close(&mut self.script, Who::Client);
                self.now = talk.now;
                return Err(Stop);
            }
            Some(Fault::Validated(_)) => {
                let (request, response) = validate::negotiate_302(now);
                self.exchange(talk, &request, &response);
                return Ok(());
            }
            _ => {}
        }
        let (request, response) = smb::multi_protocol(now);
        self.exchange(talk, &request, &response);
        let negotiate = smb::negotiate(HOST, talk.now);
        let refusal = match self.plan.fault {
            Some(Fault::SmbNegotiate(status)) => Some(NtStatus(status)),
            _ => None,
        };
        let refused = self.refusable(talk, negotiate, refusal);
        if refused.is_err() {
            talk.close(&mut self.script, Who::Client);
            self.now = talk.now;
        }
        refused
    }

    /// The negotiation is said again, where the dialect wants that.
    pub(super) fn validate(&mut self, talk: &mut Conversation, session: &mut smb::Session) -> Step {
        let Some(Fault::Validated(how)) = self.plan.fault else { return Ok(()) };
        let said = validate::negotiate_302(super::START);
        let (request, response) = session.validate(&said, how == Validation::Changed);
        if how == Validation::Reset {
            self.say(talk, Who::Client, &request);
            self.mark();
            talk.rst(&mut self.script, Who::Server);
            self.mark();
            self.now = talk.now;
            return Err(Stop);
        }
        let (request, response) = match how {
            Validation::Refused => smb::refused((request, response), NtStatus(0xc000_0022)),
            _ => (request, response),
        };
        self.exchange(talk, &request, &response);
        if how == Validation::Same {
            return Ok(());
        }
        self.mark();
        talk.rst(&mut self.script, Who::Client);
        self.now = talk.now;
        Err(Stop)
    }

    /// The client hangs up on the first signed answer, and so once more.
    pub(super) fn hang_up(&mut self, talk: &mut Conversation) -> Step {
        let mut again = None;
        for attempt in 0..2 {
            let talk = if attempt == 0 {
                &mut *talk
            } else {
                self.now += SECOND;
                let mut next = self.connect(445)?;
                self.negotiate(&mut next)?;
                again.insert(next)
            };
            let token = krb5_token(1, &self.realm().ap_req(&["cifs", HOST], 1500));
            let answer = spnego_next(Some(0), Some(Proof::Kerberos), &krb5_token(2, &ap_rep()), None);
            let setup =
                smb::Session::new().setup(&spnego_init(Proof::Kerberos, &token), NtStatus::SUCCESS, &answer);
            let (request, response) = validate::signed(setup);
            self.exchange(talk, &request, &response);
            self.mark();
            talk.wait(MS).rst(&mut self.script, Who::Client);
            self.now = talk.now;
        }
        Err(Stop)
    }
}
