//! The published trace of a join that fails with 0x40 and its neighbours, and the published join that
//! goes well.

use adjoin_scenes::article::SCENES;
use adjoin_scenes::joined::joined_article;
use adjoin_scenes::tokens::Proof;

use super::{is_alarm, only_join, report, told};

const VERDICTS: [(&str, &str); 6] = [
    ("article-0x40", "KRB-REPLYLOST-MTU"),
    ("proxy-ack", "KRB-PROXYACK"),
    ("kdc-silent", "KRB-KDCSILENT"),
    ("reply-lost-whole", "KRB-REPLYLOST-FW"),
    ("port-blocked", "KRB-88BLOCKED"),
    ("device-reset", "KRB-RESET"),
];

#[test]
fn each_neighbour_has_its_own_verdict() {
    let mut wrong = Vec::new();
    for ((name, scene), (same, id)) in SCENES.into_iter().zip(VERDICTS) {
        assert_eq!(name, same);
        for with_join in [false, true] {
            let joins = report(&scene(with_join)).joins;
            let [join] = &joins[..] else {
                wrong.push(format!("{name}, with join {with_join}: {} joins", joins.len()));
                continue;
            };
            let root = join.root.as_ref().map(|root| (root.id, root.phase, root.role));
            if root != Some((id, "P3K", "root")) || join.outcome != "failed" {
                wrong.push(format!(
                    "{name}, with join {with_join}: {} {root:?} {:?}",
                    join.outcome,
                    told(join)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_trace_of_0x40_is_explained() {
    for with_join in [false, true] {
        let join = only_join(&SCENES[0].1(with_join));
        let root = join.root.unwrap();
        assert_eq!((root.id, root.phase, root.confidence), ("KRB-REPLYLOST-MTU", "P3K", "high"));
        assert_eq!((root.code.as_deref(), root.symbol), (Some("0x40"), Some("ERROR_NETNAME_DELETED")));
        assert!(root.what.to_lowercase().contains("both ways"), "{}", root.what);
        assert!(root.what.contains("1460"), "the octets that never arrived: {}", root.what);
        let frames: Vec<_> = root.evidence.iter().map(|evidence| evidence.frame).collect();
        let missing: Vec<_> = [1540, 1541, 1542, 1545, 1546, 1551, 1553, 1555, 1563, 1559]
            .into_iter()
            .filter(|frame| !frames.contains(frame))
            .collect();
        assert!(missing.is_empty(), "with join {with_join}: {missing:?} are not among {frames:?}");
        let shows = |frame| {
            let found = root.evidence.iter().find(|evidence| evidence.frame == frame);
            found.map(|evidence| evidence.shows.as_str()).unwrap_or_default()
        };
        assert!(shows(1559).contains("2 x 10 s"), "{}", shows(1559));
        assert!(shows(1564).contains("consequence"), "{}", shows(1564));
        assert!(join.next_expected.unwrap().contains("TGS-REP"));
    }
}

#[test]
fn the_published_join_goes_well() {
    for proof in [Proof::Kerberos, Proof::Ntlm] {
        let join = only_join(&joined_article(proof));
        assert_eq!((join.outcome, join.passes), ("joined", 2));
        assert!(join.root.is_none());
        assert!(!join.findings.iter().any(is_alarm), "{:#?}", join.findings);
        assert_eq!(join.client.address, "192.168.100.13");
        let dc = join.dc.clone().unwrap();
        assert_eq!(dc.address, "192.168.100.10");
        assert!(dc.name.unwrap().eq_ignore_ascii_case("DC2.contoso.local"));
        assert_eq!(join.domain.as_deref(), Some("contoso.local"));
        assert!(!join.credentials_why.is_empty());
        if proof == Proof::Kerberos {
            // DC2 is no KDC, and says so in its ping flags.
            assert_eq!(join.credentials, "kerberos");
            assert!(join.credentials_why.contains("192.168.100.12"), "{}", join.credentials_why);
        }
    }
}
