//! P0: what the client checks by itself before the first packet of the join.

use super::Stage;

findings! {
    Stage::Local, super::any::END;

    LOC_NAME = "LOC-NAME", Error, Sequence {
        code: 0xaa4 NERR_InvalidMachineNameForJoin,
        title: "The computer's name can't be used",
        what: "The client refuses to join under its present name.",
        why: "The name has more than 15 characters, contains a character that is not allowed, is a \
            reserved word, or a host in the neighbourhood already answers to it.",
        fix: "Choose a name of at most 15 letters, digits and hyphens: `Rename-Computer -NewName NAME \
            -Restart`, then join.",
        settle: "`%windir%\\debug\\NetSetup.LOG` names the check that failed; only a name conflict shows \
            in packets.",
        filter: "nbns",
    }

    LOC_NAMEINUSE = "LOC-NAMEINUSE", Error, Response {
        code: 0x34 ERROR_DUP_NAME,
        title: "Another host has this NetBIOS name",
        what: "A host on the network answered the question for the client's own NetBIOS name.",
        why: "Two machines share a name, often because one was cloned or a name record is stale.",
        fix: "Find the other one with `nbtstat -a NAME`, rename one of the two, and clean WINS if it is \
            still in use.",
        settle: "The address in the NBNS answer is not the client's.",
        filter: "nbns.flags.response == 1",
    }
}
