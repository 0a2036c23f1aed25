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

    LOC_ALREADY = "LOC-ALREADY", Error, Sequence {
        code: 0xa83 NERR_SetupAlreadyJoined,
        title: "The machine is in a domain already",
        what: "The client stops before its first packet because it is a member of a domain.",
        why: "Setup joins only machines that are in no domain, unless it is told to join again.",
        fix: "Leave first with `Remove-Computer -Restart`, or join again with the option that allows it \
            (0x20, JoinIfJoined).",
        settle: "`systeminfo | findstr /B Domain` shows the present one.",
        filter: "adjoin.finding == \"LOC-ALREADY\"",
    }

    LOC_ISDC = "LOC-ISDC", Error, Sequence {
        code: 0xa85 NERR_SetupDomainController,
        title: "The machine is a domain controller",
        what: "The client stops before its first packet because it is a domain controller itself.",
        why: "A controller can't be a member of another domain.",
        fix: "Demote it first: `Uninstall-ADDSDomainController`.",
        settle: "",
        filter: "adjoin.finding == \"LOC-ISDC\"",
    }

    LOC_SKU = "LOC-SKU", Error, Sequence {
        code: 0xa8a NERR_PersonalSku,
        title: "This edition of Windows can't join",
        what: "The client stops before its first packet because its edition has no domain membership.",
        why: "Home editions are made without it.",
        fix: "Change to Pro, Enterprise or Education: `changepk.exe /ProductKey KEY`.",
        settle: "`DISM /online /Get-CurrentEdition` names the edition.",
        filter: "adjoin.finding == \"LOC-SKU\"",
    }

    LOC_ENTRA = "LOC-ENTRA", Error, Sequence {
        code: 0xa8c NERR_AlreadyCloudDomainJoined,
        title: "The machine is joined to Entra ID",
        what: "The client stops before its first packet because it belongs to Entra ID.",
        why: "A machine that was joined to the cloud first can't be joined to a domain beside it.",
        fix: "Leave with `dsregcmd /leave`, restart, and join the domain; it can be registered as hybrid \
            afterwards.",
        settle: "`dsregcmd /status` says AzureAdJoined: YES.",
        filter: "adjoin.finding == \"LOC-ENTRA\"",
    }

    LOC_HOSTLONG = "LOC-HOSTLONG", Error, Sequence {
        code: 0xaaa NERR_HostNameTooLong,
        title: "The full name is too long",
        what: "The client refuses the DNS name that it would get in this domain.",
        why: "Host and domain together are longer than a DNS name may be, or the host's part is longer \
            than 63 characters.",
        fix: "Take a shorter name: `Rename-Computer -NewName NAME -Restart`.",
        settle: "",
        filter: "adjoin.finding == \"LOC-HOSTLONG\"",
    }

    LOC_LICENSE = "LOC-LICENSE", Error, Sequence {
        code: 0x32 ERROR_NOT_SUPPORTED,
        title: "This edition doesn't support the join",
        what: "A check on the client itself says that the request is not supported.",
        why: "The edition or its licence lacks domain membership. The same number after a session setup \
            is another thing: SMB-NTLMDENY or SMB-DIALECT.",
        fix: "Change to an edition that can join; look at the function beside the number in the log.",
        settle: "The log line names the function that returned 0x32.",
        filter: "adjoin.finding == \"LOC-LICENSE\"",
    }

    LOC_ROLE = "LOC-ROLE", Error, Sequence {
        code: 0x54a ERROR_INVALID_DOMAIN_ROLE,
        title: "The machine's role doesn't allow this",
        what: "The client refuses the operation for a machine in its present role.",
        why: "A member is asked for what only a workgroup machine may do, or the other way round.",
        fix: "See the role with `(Get-CimInstance Win32_ComputerSystem).DomainRole`, and use the option \
            that fits.",
        settle: "",
        filter: "adjoin.finding == \"LOC-ROLE\"",
    }

    ODJ_NOINFO = "ODJ-NOINFO", Error, Sequence {
        code: 0xa95 NERR_NoOfflineJoinInfo,
        title: "There is no data for an offline join",
        what: "The client was told to finish an offline join and found nothing to finish it with.",
        why: "`djoin /requestODJ` was not run, or its result was removed.",
        fix: "Make a file with `djoin /provision` on a member and load it with `djoin /requestODJ \
            /loadfile FILE`.",
        settle: "",
        filter: "adjoin.finding == \"ODJ-NOINFO\"",
    }

    ODJ_BAD = "ODJ-BAD", Error, Sequence {
        code: 0xa96 NERR_BadOfflineJoinInfo,
        title: "The data for an offline join are unusable",
        what: "The client can't read the data of the offline join.",
        why: "The file was damaged or recoded on its way, or belongs to another machine.",
        fix: "Provision again with `djoin /provision`, and copy the file as it is.",
        settle: "",
        filter: "adjoin.finding == \"ODJ-BAD\"",
    }
}
