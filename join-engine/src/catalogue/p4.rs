//! P4: RPC over a named pipe of the SMB session.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P4), super::p3k::END;

    LOC_W32TIME = "LOC-W32TIME", Error, Response {
        code: 0x437 ERROR_DIFFERENT_SERVICE_ACCOUNT,
        title: "The DC's Windows Time service runs under another account",
        what: "The join fails with an error about a service account although the RPC calls themselves \
            worked.",
        why: "W32Time on the DC was moved to its own process or another account than its neighbours in the \
            same process have.",
        fix: "On the DC: `sc qc w32time`, then `sc config w32time type= share obj= \"NT \
            AUTHORITY\\LocalService\"`, and restart it.",
        settle: "The code 0x437 stands in the client's `%windir%\\debug\\NetSetup.LOG`.",
        filter: "dcerpc.pkt_type == 2",
    }
}
