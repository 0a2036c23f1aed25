//! impacket, a library of Python: NTLM, Kerberos, SMB2, SPNEGO and the calls of a join.

use crate::messages::{Message, hex};
use adjoin_oracle::ledger::Ledger;
use adjoin_oracle::pdml::Item;
use adjoin_oracle::told::Told;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::thread;

/// Its name in a [`Ledger`].
pub(crate) const NAME: &str = "impacket";
/// The version whose faults the list has.
const LISTED: &str = "0.10.";
/// What reads: it takes a message in each line, and answers with a line.
const READER: &str = include_str!("impacket_reader.py");

/// A Python that has impacket, and reads.
pub(crate) struct Impacket {
    pub(crate) version: String,
    reader: Mutex<(Child, ChildStdin, BufReader<ChildStdout>)>,
}

impl Drop for Impacket {
    fn drop(&mut self) {
        if let Ok(reader) = self.reader.get_mut() {
            let _ = reader.0.kill();
            let _ = reader.0.wait();
        }
    }
}

impl Impacket {
    /// Looks for it; says so when it isn't there.
    pub(crate) fn find() -> Option<Self> {
        const ASK: &str = "import importlib.metadata as m, impacket; print(m.version('impacket'))";
        for python in ["python3", "/usr/bin/python3"] {
            let Ok(output) = Command::new(python).args(["-c", ASK]).stdin(Stdio::null()).output() else {
                continue;
            };
            let version = String::from_utf8_lossy(output.stdout.trim_ascii()).into_owned();
            if version.is_empty() {
                continue;
            }
            let mut child = Command::new(python)
                .args(["-c", READER])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .ok()?;
            let (input, output) = (child.stdin.take()?, child.stdout.take()?);
            return Some(Self { version, reader: Mutex::new((child, input, BufReader::new(output))) });
        }
        println!("skipped: impacket is not installed");
        None
    }

    pub(crate) fn is_listed(&self) -> bool {
        self.version.starts_with(LISTED)
    }

    /// Compares all messages of a capture that it reads.
    pub(crate) fn compare(
        &self,
        ledger: &mut Ledger,
        name: &str,
        messages: &[Message],
    ) -> Result<(), String> {
        let known: Vec<_> =
            messages.iter().filter(|message| message.whole && family(message).is_some()).collect();
        if known.is_empty() {
            return Ok(());
        }
        let lines: String = known.iter().map(|message| format!("{}\n", ask(message))).collect();
        let mut answers = Vec::new();
        let mut reader = self.reader.lock().map_err(|_| "a worker failed")?;
        let (_, input, output) = &mut *reader;
        // It answers while it is asked: neither side may wait until the other's pipe is empty.
        thread::scope(|scope| -> Result<(), String> {
            let writer = scope.spawn(|| input.write_all(lines.as_bytes()).and_then(|()| input.flush()));
            for _ in &known {
                let mut answer = String::new();
                let length = output.read_line(&mut answer).map_err(|error| format!("impacket: {error}"))?;
                if length == 0 {
                    return Err("impacket: its reader ended".to_owned());
                }
                answers.push(answer);
            }
            writer.join().map_err(|_| "the writer failed")?.map_err(|error| format!("impacket: {error}"))
        })?;
        drop(reader);
        for (message, answer) in known.into_iter().zip(answers) {
            let Some(family) = family(message) else { continue };
            let place = format!("{name} frame {}", message.frame);
            let answer: Value =
                serde_json::from_str(&answer).map_err(|error| format!("impacket: {error}"))?;
            let theirs = match answer.get("values").and_then(Value::as_object) {
                Some(values) => vec![told(message, values)],
                None if answer.get("skipped").is_some() => continue,
                None => Vec::new(),
            };
            let ours = std::slice::from_ref(&message.told);
            ledger.compare_told(NAME, &place, family, &Item::default(), &theirs, ours);
        }
        Ok(())
    }
}

/// The kind of message; nothing for what it doesn't read.
fn family(message: &Message) -> Option<&'static str> {
    Some(match message.heading {
        "adjoin.krb" => "Kerberos message",
        "adjoin.krb.ap_req" => "AP-REQ",
        "adjoin.samr" => "SAMR call",
        "adjoin.lsa" => "LSA call",
        "adjoin.netlogon" => "Netlogon call",
        "adjoin.epm" => "endpoint mapper",
        "adjoin.epm.tower" => "tower",
        "adjoin.rpc" => "DCE/RPC PDU",
        "adjoin.gss" => "SPNEGO",
        "adjoin.ntlm" => "NTLM message",
        "adjoin.smb" => "SMB2 message",
        _ => return None,
    })
}

fn ask(message: &Message) -> Value {
    json!({
        "kind": message.heading,
        "opnum": message.opnum(),
        "response": message.is_response(),
        "octets": hex(&message.octets),
    })
}

/// Its values, by our names: those that the message of ours can have.
fn told(message: &Message, values: &serde_json::Map<String, Value>) -> Told<'static> {
    let mut told = Told { frame: message.frame, ..Told::default() };
    for (name, all) in values {
        let Some(name) = FIELDS.iter().find(|field| *field == name) else { continue };
        for value in all.as_array().into_iter().flatten() {
            told.push(name, value.as_str().unwrap_or_default());
        }
    }
    told
}

/// The names that its answers have.
const FIELDS: &[&str] = &[
    "msg_type",
    "padata_type",
    "crealm",
    "cname",
    "realm",
    "sname",
    "sname_type",
    "etype",
    "error_code",
    "e_text",
    "ticket_etype",
    "ticket_kvno",
    "pvno",
    "options",
    "tkt_vno",
    "ticket_cipher_length",
    "authenticator_etype",
    "authenticator_kvno",
    "authenticator_cipher_length",
    "server",
    "access",
    "revision",
    "domain",
    "domain_sid",
    "account",
    "account_control",
    "granted_access",
    "rid",
    "name_use",
    "information_class",
    "status",
    "netbios_domain",
    "forest",
    "domain_guid",
    "computer",
    "secure_channel_type",
    "client_challenge",
    "client_credential",
    "server_challenge",
    "server_credential",
    "flags",
    "wanted",
    "win32",
    "max_towers",
    "num_towers",
    "interface",
    "version",
    "transfer_syntax",
    "port",
    "address",
    "endpoint",
    "host",
    "type",
    "call_id",
    "opnum",
    "auth_type",
    "auth_level",
    "mechanism",
    "chosen",
    "state",
    "user",
    "workstation",
    "target",
    "target_info.netbios_computer",
    "target_info.netbios_domain",
    "target_info.dns_computer",
    "target_info.dns_domain",
    "command",
    "dialect",
    "security_mode",
    "capabilities",
    "session_flags",
    "tree",
    "share_type",
    "pipe",
    "features",
];
