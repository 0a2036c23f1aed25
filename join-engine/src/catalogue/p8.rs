//! P8: the computer account is created, reused or changed.

use super::Stage::In;
use crate::phase::Phase;

findings! {
    In(Phase::P8), super::p7::END;

    LDAP_QUOTA = "LDAP-QUOTA", Error, Response {
        code: 0x216d ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED,
        title: "The user has created too many computers",
        what: "The DC refused to create the computer account because the user's quota is used up.",
        why: "Ordinary users may create ten computers (ms-DS-MachineAccountQuota), and every account \
            counts until it is deleted.",
        fix: "Delegate \"Create Computer objects\" on the OU, prepare the account with `New-ADComputer \
            NAME`, or raise the quota (KB243327).",
        settle: "Look for 0x216d in `%windir%\\debug\\NetSetup.LOG`, for the LDAP answer is sealed.",
        filter: "samr.status == 0xc00002e7 || adjoin.phase == \"P8\"",
    }

    LDAP_NOCREATE = "LDAP-NOCREATE", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The user may not create the computer account",
        what: "The DC refused to create the computer object for this user.",
        why: "The user has no right to create computer objects in the target OU, and the domain quota \
            doesn't help there.",
        fix: "Delegate \"Create Computer objects\" on the OU with `dsacls OU /G \
            \"DOMAIN\\group:CC;computer\"`, or prepare the account.",
        settle: "Look for 0x5 or 0x2098 after ldap_add_s in `%windir%\\debug\\NetSetup.LOG`, or with \
            `adcli -v`.",
        filter: "ldap.resultCode == 50 || samr.status == 0xc0000022",
    }

    LDAP_MODIFY = "LDAP-MODIFY", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The user may not change the existing account",
        what: "The computer account exists, and the DC refused the change of its password or attributes.",
        why: "The user lacks rights on that object, which somebody else created.",
        fix: "Delegate on the OU: reset password, write account restrictions, and validated writes of DNS \
            host name and SPN; or delete the old account.",
        settle: "Look for 0x5 or 0x2098 after ldap_modify_s in `%windir%\\debug\\NetSetup.LOG`, or with \
            `adcli -v`.",
        filter: "ldap.resultCode == 50 || kpasswd.result == 5",
    }

    LDAP_CONF = "LDAP-CONF", Error, Response {
        title: "The DC demands an encrypted connection for this change",
        what: "The DC refused to take the change over a connection that isn't encrypted.",
        why: "Passwords and confidential attributes may be written only over a sealed or TLS connection, \
            and Windows Server 2025 is stricter about it.",
        fix: "Let the client seal: GSS-SPNEGO with confidentiality, LDAPS, or StartTLS; update adcli, \
            Samba or the device.",
        settle: "",
        filter: "ldap.resultCode == 13 || ldap.resultCode == 53",
    }

    LDAP_OU = "LDAP-OU", Error, Response {
        code: 0x2 ERROR_FILE_NOT_FOUND,
        title: "The OU isn't there",
        what: "The DC found no object of the distinguished name under which the account was to be created.",
        why: "The name of the OU is mistyped, or the OU is new and has not reached this DC yet.",
        fix: "Copy the name from `Get-ADOrganizationalUnit -Filter *`, or join without naming an OU.",
        settle: "",
        filter: "ldap.resultCode == 32",
    }

    LDAP_SPNDUP = "LDAP-SPNDUP", Error, Response {
        code: 0x21c7 ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST,
        title: "Another account has the computer's SPN",
        what: "The DC refused the account's service principal names because another object has one of them.",
        why: "An old object of a computer with the same host name was left behind in the forest.",
        fix: "Find it with `setspn -Q HOST/CLIENT`, and delete it or its SPN.",
        settle: "",
        filter: "ldap.resultCode == 19",
    }

    LDAP_RID = "LDAP-RID", Error, Response {
        code: 0x2010 ERROR_DS_NO_RIDS_ALLOCATED,
        title: "The DC has no RIDs left",
        what: "The DC could not create the account because it has no relative identifiers to give out.",
        why: "It has used up its pool, and the RID master did not give it another (event 16650).",
        fix: "Find the RID master with `netdom query fsmo`, and let `dcdiag /test:ridmanager` name the trouble.",
        settle: "",
        filter: "ldap.resultCode == 53 || ldap.resultCode == 80",
    }

    ACC_REUSE = "ACC-REUSE", Error, Response {
        code: 0xaac NERR_AccountReuseBlockedByPolicy,
        title: "The existing account may not be reused",
        what: "The DC was asked whether this user may reuse the existing computer account, and said no.",
        why: "Since the updates of October 2022 only its creator, an administrator, or an owner trusted by \
            policy may take over an account (KB5020276).",
        fix: "Delete the old account, join as the one who created it, or list the owner in the policy \
            \"Domain controller: Allow computer account re-use during domain join\" on the DCs.",
        settle: "Look for fReuseAllowed in `%windir%\\debug\\NetSetup.LOG`, and event 16995 or its \
            neighbours on the DC.",
        filter: "samr.opnum == 74 || samr.status == 0xc0000063",
    }

    ACC_EXISTS = "ACC-EXISTS", Error, Response {
        code: 0x8b0 NERR_UserExists,
        title: "An account of this name already exists",
        what: "The attempt to create the computer account failed because the name is taken.",
        why: "Mostly this is the last step after something forbade the reuse or change of the old account. \
            Look for that cause before it.",
        fix: "Delete or rename the old account (`Get-ADComputer NAME -Properties ntSecurityDescriptor`), \
            or get rights on it; see ACC-REUSE.",
        settle: "Read the lines before it in `%windir%\\debug\\NetSetup.LOG`.",
        filter: "samr.status == 0xc0000063",
    }

    ACC_PWD = "ACC-PWD", Error, Response {
        code: 0x52d ERROR_PASSWORD_RESTRICTION,
        title: "The computer's password is refused",
        what: "The DC didn't accept the password that was set for the computer account.",
        why: "A password filter on the DC rejects it, or the client used the default machine password, \
            which Windows Server 2025 no longer takes.",
        fix: "Check the DC's password filters (HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa, Notification \
            Packages), and prepare accounts without the default password.",
        settle: "The client's log has 0x52d.",
        filter: "samr.status == 0xc000006c || kpasswd.result == 4",
    }

    ACC_SAMRDENY = "ACC-SAMRDENY", Error, Response {
        code: 0x5 ERROR_ACCESS_DENIED,
        title: "The account manager denies the creation",
        what: "The DC's SAM refused to open the domain or to create the account for this user.",
        why: "The user may not create computers, or may not call SAM from remote at all.",
        fix: "Delegate \"Create Computer objects\" on the OU, and check \"Network access: Restrict clients \
            allowed to make remote calls to SAM\" on the DCs.",
        settle: "",
        filter: "samr.status == 0xc0000022",
    }

    UNX_KPASSWD = "UNX-KPASSWD", Error, Sequence {
        title: "The password service on port 464 is not reachable",
        what: "The client could not reach the DC's password service to set the computer's password.",
        why: "Port 464 is filtered. adcli, msktutil and some storage systems set the password by this \
            service after creating the account, Windows doesn't.",
        fix: "Open TCP and UDP 464 to the DCs: `nc -vz DC 464`. Or use a tool that sets it by LDAP or \
            SAMR: `net ads join`, `realm join --membership-software=samba`.",
        settle: "A capture on the DC shows whether the request arrives.",
        filter: "tcp.port == 464 || udp.port == 464",
    }

    UNX_KPASSWD25 = "UNX-KPASSWD25", Error, Response {
        title: "The password was changed, but the client reads the answer as an error",
        what: "The DC answered the password change with a Kerberos error numbered zero, which means success.",
        why: "Windows Server 2025 sends this form. Older Kerberos libraries take it for a manipulated \
            message.",
        fix: "Update krb5 and adcli on the client and install the newest updates on the DC; the account's \
            password is already the new one.",
        settle: "",
        filter: "kpasswd && kerberos.error_code == 0",
    }

    SAMR_UNAVAIL = "SAMR-UNAVAIL", Error, Response {
        code: 0x6ba RPC_S_SERVER_UNAVAILABLE,
        title: "The named pipe isn't there",
        what: "The DC has no pipe of the name that the client opened, such as samr, lsarpc or netlogon.",
        why: "The service behind the pipe is stopped or still starting, or the host isn't a DC. Limits on \
            anonymous pipes can hide it as well.",
        fix: "On the DC: `Get-Service Netlogon, SamSs`, and the policy \"Network access: Named Pipes that \
            can be accessed anonymously\"; restart what is missing.",
        settle: "Run `dcdiag /test:advertising` on the DC.",
        filter: "smb2.cmd == 5 && (smb2.nt_status == 0xc0000034 || smb2.nt_status == 0xc00000ac)",
    }

    LDAP_OUOTHER = "LDAP-OUOTHER", Error, Sequence {
        code: 0x8b0 NERR_UserExists,
        title: "The account is in another OU",
        what: "An OU was asked for, and the computer account exists in another one.",
        why: "The join creates accounts where it is told to, and doesn't move those that exist.",
        fix: "Leave the OU out, or move the account first: `Get-ADComputer NAME | Move-ADObject \
            -TargetPath OU`.",
        settle: "`Get-ADComputer NAME` shows where it is.",
        filter: "adjoin.finding == \"LDAP-OUOTHER\"",
    }

    LDAP_CN = "LDAP-CN", Error, Sequence {
        code: 0x57 ERROR_INVALID_PARAMETER,
        title: "A container was given as the OU",
        what: "The client refuses the path that was given for the account.",
        why: "CN=Computers is a container and no organisational unit; the parameter takes OUs only.",
        fix: "Leave the parameter out: accounts go to CN=Computers by themselves.",
        settle: "",
        filter: "adjoin.finding == \"LDAP-CN\"",
    }

    LDAP_NOOBJ = "LDAP-NOOBJ", Chat, Sequence {
        code: 0x2030 ERROR_DS_NO_SUCH_OBJECT,
        title: "There is no computer object yet",
        what: "The client looks for its object in the directory and finds none.",
        why: "So it is before a first join; the account is made right after.",
        fix: "Nothing to do.",
        settle: "",
        filter: "adjoin.finding == \"LDAP-NOOBJ\"",
    }
}
