//! The security blobs of the captures beside the repository: tshark cuts them out of the frames, and
//! names the ones with an AP-REQ or an NTLM message in them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

use adjoin_trials::shared;

use gss_proto::ntlm::Ntlm;
use gss_proto::{Inner, inner};
use serde_json::Value;
use std::process::Command;

/// The first value of `key` in the tree.
fn find<'a>(tree: &'a Value, key: &str) -> Option<&'a Value> {
    match tree {
        Value::Object(map) => map.get(key).or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(list) => list.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

#[test]
fn blobs() {
    let (mut kerberos, mut ntlm) = (0, 0);
    for capture in [
        "zeek_krb_smb_gssapi.pcap",
        "zeek_krb_smb2_krb.pcap",
        "zeek_kerberos445_auth.pcapng",
        "zeek_ldap_aduser1_ntlm.pcap",
        "suricata_smb_net_user.pcap",
        "otrf_shire_smbexec_ws5.pcap",
        "mercury_emix_win7_join_samba4.pcap",
        "otrf_shire_purplesharp.pcap",
        "zeek_ldap_missing_krbtgt.pcapng",
        "bruteshark_krb_udp2_http.pcap",
    ] {
        let Some(file) = shared::path(&format!("captures/dev/{capture}")) else { return };
        let run = Command::new("tshark")
            .args(["-r", file.to_str().unwrap(), "-Y", "gss-api && (kerberos.ap_req_element || ntlmssp)"])
            .args(["-T", "json", "-x", "--no-duplicate-keys"])
            .output();
        let Ok(run) = run else {
            println!("skipped: tshark is not here");
            return;
        };
        let Ok(Value::Array(frames)) = serde_json::from_slice(&run.stdout) else { continue };
        for frame in &frames {
            let number = find(frame, "frame.number").unwrap();
            let Some(Value::String(hex)) = find(frame, "gss-api_raw").and_then(|raw| raw.get(0)) else {
                continue;
            };
            let blob = shared::hex(hex);
            match inner(&blob) {
                Some(Inner::Kerberos { message, .. }) => {
                    let raw = find(frame, "kerberos.ap_req_element_raw").unwrap();
                    let sequence = shared::hex(raw[0].as_str().unwrap());
                    assert!(message.ends_with(&sequence), "{capture} {number}");
                    kerberos += 1;
                }
                Some(Inner::Ntlm(message)) => {
                    let part = Ntlm::parse_partial(message.value);
                    assert_eq!(part.error, None, "{capture} {number}");
                    if let Ntlm::Authenticate(m) = part.value {
                        let text = |key| find(frame, key).and_then(Value::as_str).unwrap_or_default();
                        let name = |name: gss_proto::ntlm::Name| {
                            if name.is_empty() { "NULL".into() } else { name.to_string() }
                        };
                        assert_eq!(name(*m.user_name), text("ntlmssp.auth.username"), "{capture} {number}");
                        assert_eq!(name(*m.domain_name), text("ntlmssp.auth.domain"), "{capture} {number}");
                        assert_eq!(name(*m.workstation), text("ntlmssp.auth.hostname"), "{capture} {number}");
                    }
                    ntlm += 1;
                }
                other => println!("{capture} {number}: {other:?}"),
            }
        }
    }
    println!("{kerberos} with Kerberos, {ntlm} with NTLM");
    assert!(kerberos > 2 && ntlm > 2);
}
