//! Who reads which message: ours first, then the peers that read the same octets.
//!
//! Each reader gives true when it read the message. What it read is kept from the optimiser.
#![allow(deprecated, reason = "the functions of kerberos-parser say which message they read")]

use std::hint::black_box;

/// A reader of one kind of message.
pub type Reader = (&'static str, fn(&[u8]) -> bool);

macro_rules! readers {
    ($(($name:literal, |$bytes:ident| $read:expr)),* $(,)?) => {
        vec![$(($name, {
            // A function of its own, so that a profile has its name.
            fn read($bytes: &[u8]) -> bool {
                black_box(&$read).is_ok()
            }
            read as fn(&[u8]) -> bool
        })),*]
    };
}

/// The readers of a message; of a kind that only we read, ours alone.
pub fn of(message: &str) -> Vec<Reader> {
    let kind = message.split(": ").next().unwrap_or_default();
    match kind {
        "Kerberos AP-REQ" => readers![
            ("adjoin", |b| kerberos_proto::ApReq::parse(b)),
            ("kerberos-parser", |b| kerberos_parser::krb5_parser::parse_ap_req(b)),
            ("rasn-kerberos", |b| rasn::der::decode::<rasn_kerberos::ApReq>(b)),
            ("picky-krb", |b| picky_asn1_der::from_bytes::<picky_krb::messages::ApReq>(b)),
        ],
        "Kerberos AS-REQ" => readers![
            ("adjoin", |b| kerberos_proto::Message::parse(b)),
            ("kerberos-parser", |b| kerberos_parser::krb5_parser::parse_as_req(b)),
            ("rasn-kerberos", |b| rasn::der::decode::<rasn_kerberos::AsReq>(b)),
            ("picky-krb", |b| picky_asn1_der::from_bytes::<picky_krb::messages::AsReq>(b)),
        ],
        "Kerberos TGS-REP" => readers![
            ("adjoin", |b| kerberos_proto::Message::parse(b)),
            ("kerberos-parser", |b| kerberos_parser::krb5_parser::parse_tgs_rep(b)),
            ("rasn-kerberos", |b| rasn::der::decode::<rasn_kerberos::TgsRep>(b)),
            ("picky-krb", |b| picky_asn1_der::from_bytes::<picky_krb::messages::TgsRep>(b)),
        ],
        "Kerberos KRB-ERROR" => readers![
            ("adjoin", |b| kerberos_proto::KrbError::parse(b)),
            ("kerberos-parser", |b| kerberos_parser::krb5_parser::parse_krb_error(b)),
            ("rasn-kerberos", |b| rasn::der::decode::<rasn_kerberos::KrbError>(b)),
            ("picky-krb", |b| picky_asn1_der::from_bytes::<picky_krb::messages::KrbError>(b)),
        ],
        "LDAP rootDSE entry" | "CLDAP searchResEntry" | "CLDAP searchRequest" => readers![
            ("adjoin", |b| cldap_proto::LdapMessage::parse(b)),
            ("ldap-parser", |b| {
                <ldap_parser::ldap::LdapMessage<'_> as ldap_parser::FromBer<'_, _>>::from_ber(b)
            }),
            ("rasn-ldap", |b| rasn::ber::decode::<rasn_ldap::LdapMessage>(b)),
            ("ldap3_proto", |b| ldap3(b)),
        ],
        "SPNEGO NegTokenInit" => readers![
            ("adjoin", |b| gss_proto::Token::parse(b)),
            ("picky-krb", |b| picky_asn1_der::from_bytes::<
                picky_krb::gss_api::ApplicationTag0<picky_krb::gss_api::GssApiNegInit>,
            >(b)),
        ],
        "NTLM CHALLENGE" => readers![
            ("adjoin", |b| gss_proto::ntlm::Challenge::parse(b)),
            ("ntlmclient", |b| ntlmclient::Message::try_from(b)),
            ("ntlmssp (3 fields)", |b| ntlmssp::parse_challenge(b)),
        ],
        "DNS SRV answer" => readers![
            ("adjoin", |b| dns_proto::Message::parse(b)),
            ("hickory-proto", |b| hickory_proto::op::Message::from_vec(b)),
            ("simple-dns", |b| simple_dns::Packet::parse(b)),
        ],
        "LDAP ping's answer" => {
            readers![("adjoin", |b| netlogon_proto::Message::parse(b))]
        }
        "NetBIOS datagram with a mailslot" => readers![("adjoin", |b| mailslot(b))],
        "SMB2 NEGOTIATE answer" | "SMB2 CREATE request" => {
            readers![("adjoin", |b| smb2_proto::Smb::parse(b))]
        }
        "DCE/RPC bind" => readers![("adjoin", |b| rpce_proto::Pdu::parse(b))],
        "ept_map answer" => readers![("adjoin", |b| ept_map(b))],
        "LSARPC domain policy" => readers![("adjoin", |b| samr_proto::lsarpc::Response::parse(
            samr_proto::lsarpc::Opnum(46),
            b,
            rpce_proto::Encoding::NDR,
        ))],
        "Netlogon authentication" => readers![("adjoin", |b| netlogon_proto::rpc::Request::parse(
            netlogon_proto::rpc::Opnum(26),
            b,
            rpce_proto::Encoding::NDR,
        ))],
        "Netsetup.log" => readers![("adjoin", |b| netsetup(b))],
        _ => Vec::new(),
    }
}

fn ldap3(bytes: &[u8]) -> Result<ldap3_proto::proto::LdapMsg, ()> {
    use tokio_util::codec::Decoder;
    let mut codec = ldap3_proto::LdapCodec::default();
    codec.decode(&mut bytes::BytesMut::from(bytes)).ok().flatten().ok_or(())
}

fn mailslot(bytes: &[u8]) -> Result<(), dns_proto::WireError> {
    let datagram = smb2_proto::nbdgm::Datagram::parse(bytes)?;
    if let Some(data) = datagram.user_data {
        black_box(smb2_proto::mailslot::MailslotWrite::parse(data.value)?);
    }
    Ok(())
}

/// The answer, its towers and the port in each.
fn ept_map(stub: &[u8]) -> Result<usize, dns_proto::WireError> {
    use rpce_proto::Encoding;
    let answer = epmap_proto::EptMapResponse::parse(stub, Encoding::NDR)
        .or_else(|_| epmap_proto::EptMapResponse::parse(stub, Encoding::NDR64))?;
    Ok(answer.towers.towers().filter(|tower| tower.summary().port.is_some()).count())
}

/// The log, and the joins that it tells of.
fn netsetup(bytes: &[u8]) -> Result<usize, ()> {
    let log = netsetup_log::Log::read(bytes);
    let joins = log.joins().len();
    if joins > 0 { Ok(joins) } else { Err(()) }
}
