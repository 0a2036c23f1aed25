#!/usr/bin/python3
"""Joins a domain in the order of Windows, and tells it in the words of Netsetup.log.

Order: SRV records and the LDAP ping ([MS-ADTS] 6.3.3, 6.3.6); SMB to port 445 with SPNEGO ([MS-SMB2] 3.2.4.2);
Kerberos over TCP alone ([MS-KILE] 3.2.5); LSARPC for the domain's names ([MS-LSAD] 3.1.4.4.4); SAMR for the
account and its password ([MS-SAMR] 3.1.5.4.4, 3.1.5.6.4); the endpoint mapper and DRSUAPI for the account's
name ([MS-DRSR] 4.1.4); LDAP for dNSHostName and servicePrincipalName ([MS-ADTS] 5.1.1.1); NETLOGON for the
secure channel ([MS-NRPC] 3.1.4.1). With --ldap-account LDAP makes the account too, as in Windows 10 and later.
Status codes are those that Windows has for what happened ([MS-ERREF]).

The protocols are Samba's library's; the order, the search for a controller and the log are made here.
"""
import argparse
import hashlib
import os
import random
import socket
import subprocess
import sys
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import ldb
import samba
from samba import NTSTATUSError, arcfour_encrypt, dsdb
from samba.credentials import (
    DONT_USE_KERBEROS,
    MUST_USE_KERBEROS,
    SMB_ENCRYPTION_REQUIRED,
    Credentials,
)
from samba.dcerpc import drsuapi, lsa, misc, netlogon, samr, security
from samba.param import LoadParm
from samba.samba3 import libsmb_samba_internal as libsmb
from samba.samba3 import param as s3param
from samba.samdb import SamDB

# Windows' numbers.
ACCESS_DENIED = 0x5
BAD_NETPATH = 0x35
NETNAME_DELETED = 0x40
NO_SUCH_USER = 0x525
LOGON_FAILURE = 0x52E
NONE_MAPPED = 0x534
NO_SUCH_DOMAIN = 0x54B
SERVER_UNAVAILABLE = 0x6BA
NOT_REGISTERED = 0x6D9
USER_EXISTS = 0x8B0
REUSE_BLOCKED = 0xAAC
STRONG_AUTH_REQUIRED = 0x2028
SERVER_DOWN = 0x3A
DNS_TIMEOUT = 0x5B4
DNS_NO_RECORDS = 0x251D
DNS_ERRORS = 0x2328  # and the response code

# NTSTATUS, and what Windows makes of it.
WIN32 = {
    0xC0000001: NETNAME_DELETED,
    0xC0000017: BAD_NETPATH,  # of a connection that is refused
    0xC0000022: ACCESS_DENIED,
    0xC0000034: NOT_REGISTERED,
    0xC000005E: NETNAME_DELETED,  # no KDC answers
    0xC0000063: USER_EXISTS,
    0xC0000064: LOGON_FAILURE,
    0xC000006A: LOGON_FAILURE,
    0xC000006D: LOGON_FAILURE,
    0xC000006E: 0x52F,
    0xC000006F: 0x530,
    0xC0000070: 0x531,
    0xC0000071: 0x532,
    0xC0000072: 0x533,
    0xC00000B5: 0x79,
    0xC00000BB: 0x32,
    0xC00000BE: BAD_NETPATH,
    0xC00000C9: NETNAME_DELETED,
    0xC00000CC: 0x43,
    0xC0000133: 0x576,
    0xC000018B: 0x6FB,
    0xC0000192: 0x700,
    0xC0000193: 0x701,
    0xC0000199: LOGON_FAILURE,
    0xC000020C: NETNAME_DELETED,
    0xC000020D: NETNAME_DELETED,
    0xC0000224: 0x773,
    0xC0000234: 0x775,
    0xC0000236: BAD_NETPATH,
    0xC000023C: 0x4CF,
    0xC000023D: 0x4D0,
    0xC000023F: NOT_REGISTERED,
    0xC00002E7: 0x216D,
    0xC0000418: 0x791,
    0xC0020017: SERVER_UNAVAILABLE,
    0xC002001B: 0x6BE,
}
# Of a connection that fails: on an RPC port, a server that isn't available.
LOST = {BAD_NETPATH, 0x4CF, 0x4D0, 0x79, 0x32, NETNAME_DELETED, 0x43}


# Error codes of Kerberos ([RFC 4120] 7.5.9), and what Windows makes of them.
KERBEROS = {
    6: LOGON_FAILURE,
    7: 0x80090303,
    14: 0x80090342,
    18: 0x533,
    23: 0x532,
    24: LOGON_FAILURE,
    37: 0x576,
}


class Failed(Exception):
    """The join ends with this code of Windows."""

    def __init__(self, code):
        super().__init__(hex(code))
        self.code = code


def say(text=""):
    now = time.time()
    stamp = time.strftime("%m/%d/%Y %H:%M:%S", time.localtime(now))
    print(f"{stamp}:{int(now * 1000) % 1000:03} {text}", flush=True)


def remark(text):
    """What the library says; no line of Windows."""
    print(f"# {text}", flush=True)


def win32(error):
    status = error.args[0] & 0xFFFFFFFF
    return WIN32.get(status, status)


class Kdc:
    """What the KDC said last.

    Windows has it from its own Kerberos. The library tells less, so it is read on its way.
    """

    def __init__(self):
        every_protocol = 3
        force_receive_buffer = 33  # of Linux; it is read after an error only, and has a whole join then
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(every_protocol))
        self.wire.setsockopt(socket.SOL_SOCKET, force_receive_buffer, 8 << 20)
        self.wire.setblocking(False)

    def error(self):
        """The code of Windows for the last message since the last call, if that was an error."""
        last = None
        while True:
            try:
                packet = self.wire.recv(65535)
            except BlockingIOError:
                return last
            # The version, and the type of the message: AS-REP, TGS-REP, KRB-ERROR.
            _, _, body = packet.partition(b"\xa0\x03\x02\x01\x05\xa1\x03\x02\x01")
            if body[:1] in (b"\x0b", b"\x0d", b"\x1e"):
                last = self.code(body) if body[0] == 0x1E else None

    @staticmethod
    def code(body):
        _, _, number = body.partition(b"\xa6\x03\x02\x01")
        # KERB-EXT-ERROR has an NTSTATUS ([MS-KILE] 2.2.2).
        _, extended, status = body.partition(b"\xa1\x03\x02\x01\x03\xa2\x0e\x04\x0c")
        if extended:
            known = WIN32.get(int.from_bytes(status[:4], "little"))
            if known is not None:
                return known
        return KERBEROS.get(number[0]) if number else None


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--domain", required=True)
    parser.add_argument("--dns", required=True)
    parser.add_argument("--computer", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--family", choices=["4", "6", "46"], default="4")
    parser.add_argument("--ntlm", action="store_true", help="NTLM in place of Kerberos")
    parser.add_argument("--udp", action="store_true", help="Kerberos begins with UDP")
    parser.add_argument("--rc4", action="store_true", help="Kerberos with RC4 alone")
    parser.add_argument("--encrypt", action="store_true", help="SMB 3 encryption")
    parser.add_argument("--max-dialect", default="SMB3_11")
    parser.add_argument("--plain-ldap", action="store_true", help="LDAP is neither signed nor sealed")
    parser.add_argument("--wrong-machine-password", action="store_true", help="for the secure channel")
    parser.add_argument("--ldap-account", action="store_true", help="the account is made over LDAP, not over SAMR")
    parser.add_argument("--no-reuse", action="store_true", help="an account that exists is not used again")
    parser.add_argument("--no-probe", action="store_true", help="segments don't get smaller when they vanish")
    return parser.parse_args()


class Dns:
    """Asks one server again and again, as the DNS client of Windows does."""

    WAITS = (1, 1, 2, 4)

    def __init__(self, server):
        self.server = server

    def ask(self, name, kind):
        """Records of that kind, those of the additional section, and the code when there are none."""
        query = dns.message.make_query(name, kind)
        for wait in self.WAITS:
            try:
                answer = dns.query.udp(query, self.server, timeout=wait, ignore_unexpected=True)
            except dns.exception.Timeout:
                continue
            except (dns.exception.DNSException, OSError):
                return [], [], DNS_TIMEOUT
            if answer.flags & dns.flags.TC:
                try:
                    answer = dns.query.tcp(query, self.server, timeout=8)
                except (dns.exception.DNSException, OSError, EOFError):
                    return [], [], DNS_TIMEOUT
            if answer.rcode() != dns.rcode.NOERROR:
                return [], [], DNS_ERRORS + int(answer.rcode())
            found = [item for part in answer.answer if part.rdtype == kind for item in part]
            extra = [(part.name.to_text(True).lower(), item) for part in answer.additional for item in part]
            return found, extra, 0 if found else DNS_NO_RECORDS
        return [], [], DNS_TIMEOUT


def element(tag, *parts):
    """BER with a definite length ([X.690] 8.1)."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(length)]) + length + body


def ldap_ping(message_id, domain, computer):
    """The search request of an LDAP ping for a controller that knows the account ([MS-ADTS] 6.3.3.1)."""
    asked = {
        "DnsDomain": domain.encode(),
        "Host": computer.encode(),
        "User": (computer + "$").encode(),
        "AAC": (0x80).to_bytes(4, "little"),
        "NtVer": (0x16).to_bytes(4, "little"),
    }
    terms = [element(0xA3, element(4, name.encode()), element(4, value)) for name, value in asked.items()]
    zero = element(2, b"\0")
    search = element(
        0x63, element(4), element(10, b"\0"), element(10, b"\0"), zero, zero, element(1, b"\0"),
        element(0xA0, *terms), element(0x30, element(4, b"Netlogon")),
    )
    return element(0x30, element(2, message_id.to_bytes(2, "big")), search)


def netlogon_value(datagram):
    """The value of the attribute in an answer: what follows its name, a SET and an OCTET STRING."""
    _, name, rest = datagram.replace(b"netlogon", b"Netlogon").partition(b"Netlogon")
    for _ in range(2):
        if len(rest) < 2:
            return None
        rest = rest[2 + (rest[1] & 0x7F if rest[1] & 0x80 else 0):]
    return rest if name else None


class Reply:
    """NETLOGON_SAM_LOGON_RESPONSE_EX, as far as a join needs it ([MS-ADTS] 6.3.1.9)."""

    USER_UNKNOWN = 25
    COMMANDS = (23, USER_UNKNOWN)

    def __init__(self, value):
        self.command = int.from_bytes(value[:2], "little")
        if self.command not in self.COMMANDS:
            raise ValueError(f"command {self.command}")
        at = 24
        _, at = self.name(value, at)
        self.domain, at = self.name(value, at)
        self.host, at = self.name(value, at)
        self.netbios, at = self.name(value, at)

    @staticmethod
    def name(value, at):
        """A name in the compressed form of DNS, and where the next one starts."""
        labels, after = [], None
        while value[at]:
            if value[at] >= 0xC0:
                after = after or at + 2
                target = (value[at] & 0x3F) << 8 | value[at + 1]
                if target >= at:
                    raise ValueError("a pointer forward")
                at = target
            else:
                labels.append(value[at + 1:at + 1 + value[at]].decode())
                at += 1 + value[at]
        return ".".join(labels), after or at + 1


class Join:
    SMB_CONF = "/etc/samba/smb.conf"
    OTHER_KRB5_CONF = "/tmp/plain-ldap.conf"

    def __init__(self, wanted):
        self.wanted = wanted
        self.computer = wanted.computer.upper()
        self.dns = Dns(wanted.dns)
        self.kdc = Kdc()
        self.dn = None
        letters = "abcdefghkmnpqrstuvwxyzABCDEFGH23456789-_+"
        self.machine_password = "".join(random.SystemRandom().choices(letters, k=60))

    def code(self, error, rpc=False):
        """The code of Windows for an error of the library. A port that isn't reached is an RPC server's as well."""
        remark(error)
        said = self.kdc.error()
        if said is not None:
            return said
        code = win32(error)
        if rpc and code in LOST:
            return SERVER_UNAVAILABLE
        return code

    def run(self):
        wanted = self.wanted
        say("-" * 65)
        say("NetpDoDomainJoin")
        say("NetpDoDomainJoin: using current computer names")
        say(f"NetpMachineValidToJoin: '{self.computer}'")
        say("NetpMachineValidToJoin: status: 0x0")
        say("NetpJoinDomain")
        say(f"  HostName: {wanted.computer}")
        say(f"  NetbiosName: {self.computer}")
        say(f"  Domain: {wanted.domain}")
        say("  MachineAccountOU: (NULL)")
        say(f"  Account: {wanted.user}@{wanted.domain}")
        say("  Options: 0x27")
        code = 0
        try:
            self.locate()
            self.connect()
            if wanted.ldap_account:
                directory = self.bind()
                self.crack_names()
                self.add_account(directory)
            else:
                self.look_up_names()
                self.make_account()
                self.crack_names()
                self.write_names()
            self.secure_channel()
        except Failed as failed:
            code = failed.code
        say(f"NetpJoinDomainOnDs: Function exits with status of: {code:#x}")
        say(f"NetpDoDomainJoin: status: {code:#x}")
        return 0 if code == 0 else 1

    def locate(self):
        """Finds a controller that answers."""
        domain = self.wanted.domain
        say(f"NetpValidateName: checking to see if '{domain}' is valid as type 3 name")
        say(f"NetpDsGetDcName: trying to find DC in domain '{domain}', flags: 0x40001010")
        targets, extra, code = self.dns.ask("_ldap._tcp.dc._msdcs." + domain, dns.rdatatype.SRV)
        # The more weight, the earlier, among equals by chance ([RFC 2782]).
        targets = sorted(targets, key=lambda record: (record.priority, -record.weight * random.random()))
        candidates = ((name, address) for name in (target.target.to_text(True) for target in targets)
                      for address in self.addresses(name, extra))
        for name, address in candidates:
            reply = self.ping(address)
            if reply is not None:
                break
        else:
            if code:
                remark(f"DNS: {code:#x}")
            say(f"NetpDsGetDcName: failed to find a DC in the specified domain: {NO_SUCH_DOMAIN:#x}, last error is 0x0")
            say(f"NetpJoinDomainOnDs: NetpDsGetDcName returned: {NO_SUCH_DOMAIN:#x}")
            raise Failed(NO_SUCH_DOMAIN)
        if reply.command == Reply.USER_UNKNOWN:
            say(
                f"NetpDsGetDcName: failed to find a DC having account '{self.computer}$': {NO_SUCH_USER:#x}, "
                "last error is 0x0"
            )
        self.dc = reply.host or name
        self.address = address
        self.realm = reply.domain.upper()
        self.netbios = reply.netbios
        say(f"NetpDsGetDcName: status of verifying DNS A record name resolution for '{self.dc}': 0x0")
        say(f"NetpDsGetDcName: found DC '\\\\{self.dc}' in the specified domain")
        say("NetpJoinDomainOnDs: NetpDsGetDcName returned: 0x0")
        self.configure()

    def addresses(self, name, extra):
        """Those that came along with the SRV records, else asked for."""
        types = {"4": dns.rdatatype.A, "6": dns.rdatatype.AAAA}
        kinds = [types[digit] for digit in self.wanted.family]
        found = [record.address for owner, record in extra if owner == name.lower() and record.rdtype in kinds]
        for kind in kinds:
            found = found or [record.address for record in self.dns.ask(name, kind)[0]]
        return found

    def ping(self, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        domain = self.wanted.domain
        with socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.connect((address, 389))
            for number, wait in enumerate((0.4, 0.8, 2.0), 1):
                try:
                    udp.settimeout(wait)
                    udp.send(ldap_ping(number, domain, self.computer))
                    value = netlogon_value(udp.recv(4096))
                    reply = Reply(value)
                except (OSError, TypeError, ValueError, IndexError) as error:
                    remark(f"LDAP ping of {address}: {error}")
                    continue
                if reply.domain.lower() == domain.lower():
                    return reply
                remark(f"LDAP ping of {address}: it is a controller of {reply.domain}")
        return None

    def configure(self):
        """Settings for the libraries, with what the search found."""
        with open("/etc/hosts", "a", encoding="utf-8") as hosts:
            hosts.write(f"{self.address} {self.dc}\n")
        kinds = "" if self.wanted.rc4 else "aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 "
        kinds += "arcfour-hmac-md5"
        transport = "" if self.wanted.udp else "tcp/"
        with open("/etc/krb5.conf", "w", encoding="utf-8") as settings:
            settings.write(
                f"[libdefaults]\n default_realm = {self.realm}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
                f" rdns = false\n allow_weak_crypto = true\n default_etypes = {kinds}\n"
                f" default_as_etypes = {kinds}\n default_tgs_etypes = {kinds}\n"
                f"[realms]\n {self.realm} = {{\n  kdc = {transport}{self.dc}\n }}\n"
            )
        os.environ["KRB5_CONFIG"] = "/etc/krb5.conf"
        self.parameters = LoadParm()
        self.parameters.load_default()
        for name, value in (
            ("realm", self.realm),
            ("workgroup", self.netbios),
            ("netbios name", self.computer),
            ("smb ports", "445"),
            ("client max protocol", self.wanted.max_dialect),
            ("client ipc max protocol", self.wanted.max_dialect),
            ("client ldap sasl wrapping", "seal"),
            # The controller does nothing in the user's name, so it gets no ticket for that.
            ("gensec_gssapi:delegation_by_kdc_policy", "no"),
            ("log level", "0"),
        ):
            self.parameters.set(name, value)
        self.credentials = self.credentials_of(self.wanted.user, self.wanted.password)
        self.credentials.set_kerberos_state(DONT_USE_KERBEROS if self.wanted.ntlm else MUST_USE_KERBEROS)
        if self.wanted.encrypt:
            self.credentials.set_smb_encryption(SMB_ENCRYPTION_REQUIRED)

    def credentials_of(self, user, password):
        credentials = Credentials()
        credentials.guess(self.parameters)
        credentials.set_domain(self.netbios)
        credentials.set_realm(self.realm)
        credentials.set_workstation(self.computer)
        credentials.set_username(user)
        credentials.set_password(password)
        return credentials

    def connect(self):
        """The session with IPC$; where there is a pipe, the first is LSARPC's."""
        try:
            if self.wanted.ldap_account:
                settings = s3param.get_context()
                settings.load(self.SMB_CONF)
                for name in ("realm", "workgroup", "netbios name", "client max protocol", "client ipc max protocol"):
                    settings.set(name, self.parameters.get(name))
                self.share = libsmb.Conn(self.dc, "IPC$", settings, self.credentials, ipc=True)
            else:
                self.lsa = lsa.lsarpc(f"ncacn_np:{self.dc}[smb2]", self.parameters, self.credentials)
        except NTSTATUSError as error:
            code = self.code(error)
            say(f"NetUseAdd to \\\\{self.dc}\\IPC$ returned {code}")
            say(f"NetpJoinDomainOnDs: status of connecting to dc '\\\\{self.dc}': {code:#x}")
            raise Failed(code) from error
        say(f"NetpJoinDomainOnDs: status of connecting to dc '\\\\{self.dc}': 0x0")

    def look_up_names(self):
        attributes = lsa.ObjectAttribute()
        attributes.sec_qos = lsa.QosInfo()
        try:
            policy = self.lsa.OpenPolicy2(f"\\\\{self.dc}", attributes, security.SEC_FLAG_MAXIMUM_ALLOWED)
            names = self.lsa.QueryInfoPolicy2(policy, lsa.LSA_POLICY_INFO_DNS)
        except NTSTATUSError as error:
            say(f"NetpGetLsaPrimaryDomain: status: {win32(error):#x}")
            raise Failed(win32(error)) from error
        self.sid = names.sid
        say("NetpGetLsaPrimaryDomain: status: 0x0")

    def make_account(self):
        """Creates the computer account, or takes the one that is there, and gives it a password."""
        name = lsa.String()
        name.string = self.computer + "$"
        most = security.SEC_FLAG_MAXIMUM_ALLOWED
        try:
            accounts = samr.samr(f"ncacn_np:{self.dc}[smb2]", self.parameters, self.credentials)
            domain = accounts.OpenDomain(accounts.Connect2(f"\\\\{self.dc}", most), most, self.sid)
            try:
                user, _, _ = accounts.CreateUser2(domain, name, samr.ACB_WSTRUST, most)
            except NTSTATUSError as error:
                if win32(error) != USER_EXISTS or self.wanted.no_reuse:
                    raise
                rids, _ = accounts.LookupNames(domain, [name])
                user = accounts.OpenUser(domain, most, rids.ids[0])
            accounts.SetUserInfo2(user, 26, self.password_information(accounts.session_key))
            control = samr.UserInfo16()
            control.acct_flags = samr.ACB_WSTRUST
            accounts.SetUserInfo2(user, 16, control)
        except NTSTATUSError as error:
            code = self.code(error)
            say(f"NetpManageMachineAccountWithSid: NetUserAdd on '{self.dc}' for '{self.computer}$' failed: {code:#x}")
            say(f"NetpJoinDomainOnDs: status of creating account: {code:#x}")
            raise Failed(code) from error
        say("NetpJoinDomainOnDs: status of creating account: 0x0")

    def password_information(self, session_key):
        """The password at the end of 512 octets and its length, sealed with a key used once ([MS-SAMR] 2.2.6.22)."""
        password = self.machine_password.encode("utf-16-le")
        filler = os.urandom(512 - len(password))
        salt = os.urandom(16)
        key = hashlib.md5(salt + session_key).digest()
        sealed = arcfour_encrypt(key, filler + password + len(password).to_bytes(4, "little"))
        information = samr.UserInfo26()
        information.password.data = list(sealed + salt)
        return information

    def crack_names(self):
        """Asks DRSUAPI, over TCP and sealed, where the account is."""
        account = f"{self.netbios}\\{self.computer}$"
        say(f"NetpGetComputerObjectDn: Cracking account name {account} on \\\\{self.dc}")
        try:
            directory = drsuapi.drsuapi(f"ncacn_ip_tcp:{self.dc}[seal]", self.parameters, self.credentials)
            information = drsuapi.DsBindInfoCtr()
            information.length = 28
            information.info = drsuapi.DsBindInfo28()
            _, handle = directory.DsBind(misc.GUID(drsuapi.DRSUAPI_DS_BIND_GUID), information)
            name = drsuapi.DsNameString()
            name.str = account
            request = drsuapi.DsNameRequest1()
            request.codepage, request.language = 1252, 0x409
            request.format_offered = drsuapi.DRSUAPI_DS_NAME_FORMAT_NT4_ACCOUNT
            request.format_desired = drsuapi.DRSUAPI_DS_NAME_FORMAT_FQDN_1779
            request.count, request.names = 1, [name]
            _, answer = directory.DsCrackNames(handle, 1, request)
        except NTSTATUSError as error:
            code = self.code(error, rpc=True)
            say(f"NetpGetComputerObjectDn: Unable to bind to DS on '\\\\{self.dc}': {code:#x}")
            raise Failed(code) from error
        found = answer.array[0]
        if found.status != drsuapi.DRSUAPI_DS_NAME_STATUS_OK:
            say("NetpGetComputerObjectDn: Crack results:   Account does not exist")
            if self.wanted.ldap_account:
                return
            raise Failed(NONE_MAPPED)
        self.dn = found.result_name
        say(f"NetpGetComputerObjectDn: Crack results:   (Account already exists) DN = {self.dn}")

    def bind(self):
        """A sealed connection with the directory."""
        try:
            directory = SamDB(url=f"ldap://{self.dc}", lp=self.parameters, credentials=self.credentials)
        except ldb.LdbError as error:
            remark(error)
            self.bind_failed(error.args[0])
        say(f"NetpLdapBind: Verified minimum encryption strength on {self.dc}: 0x0")
        return directory

    def names(self):
        """The computer's DNS name and service names, as attributes."""
        full = f"{self.computer.lower()}.{self.wanted.domain}"
        names = [f"{service}/{host}" for host in (full, self.computer) for service in ("HOST", "RestrictedKrbHost")]
        say("NetpModifyComputerObjectInDs: Initial attribute values:")
        say(f"    DnsHostName  =  {full}")
        say(f"    ServicePrincipalName  =  {'  '.join(names)}")
        return {"dNSHostName": full, "servicePrincipalName": names}

    def write_names(self):
        """Names for the account that SAMR made."""
        if self.wanted.plain_ldap:
            self.bind_plainly()
            return
        directory = self.bind()
        self.write(directory, "ldap_modify_s", directory.modify, self.replacing(directory, self.names()))

    def add_account(self, directory):
        """Makes the account with all it needs, or gives that to the one that is there."""
        values = self.names()
        values["userAccountControl"] = str(dsdb.UF_WORKSTATION_TRUST_ACCOUNT)
        values["unicodePwd"] = f'"{self.machine_password}"'.encode("utf-16-le")
        if self.dn is None:
            where = directory.get_wellknown_dn(directory.get_default_basedn(), dsdb.DS_GUID_COMPUTERS_CONTAINER)
            self.dn = f"CN={self.computer},{where}"
            say(f"NetpGetComputerObjectDn: Got DN {self.dn} from the default computer container")
            new = {"objectClass": "computer", "sAMAccountName": self.computer + "$"}
            self.write(directory, "ldap_add_s", directory.add, {"dn": self.dn, **new, **values})
        elif self.wanted.no_reuse:
            say(f"NetpCheckIfAccountShouldBeReused:fReuseAllowed: FALSE, NetStatus:{REUSE_BLOCKED:#x}")
            raise Failed(REUSE_BLOCKED)
        else:
            self.write(directory, "ldap_modify_s", directory.modify, self.replacing(directory, values))

    def replacing(self, directory, values):
        message = ldb.Message(ldb.Dn(directory, self.dn))
        for name, value in values.items():
            message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
        return message

    def write(self, directory, function, write, message):
        try:
            write(message)
            directory.search(self.dn, ldb.SCOPE_BASE, attrs=["objectSid", "objectGUID"])
        except ldb.LdbError as error:
            remark(error)
            number = error.args[0]
            code = ACCESS_DENIED if number == ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS else SERVER_DOWN
            say(f"NetpModifyComputerObjectInDs: {function} failed: {number:#x} {code:#x}")
            raise Failed(code) from error
        say("ldap_unbind status: 0x0")

    def bind_plainly(self):
        """OpenLDAP's client in place of Samba's, which would sign after a refusal."""
        with open(self.OTHER_KRB5_CONF, "w", encoding="utf-8") as settings:
            settings.write(
                f"[libdefaults]\n default_realm = {self.realm}\n dns_lookup_kdc = false\n rdns = false\n"
                f" udp_preference_limit = 1\n[realms]\n {self.realm} = {{\n  kdc = {self.dc}\n }}\n"
            )
        environment = dict(os.environ, KRB5_CONFIG=self.OTHER_KRB5_CONF, KRB5CCNAME="FILE:/tmp/plain-ldap")
        bind = ["ldapwhoami", "-Q", "-Y", "GSS-SPNEGO", "-O", "maxssf=0", "-H", f"ldap://{self.dc}"]
        for command, typed in ((["kinit", f"{self.wanted.user}@{self.realm}"], self.wanted.password), (bind, "")):
            done = subprocess.run(
                command, env=environment, input=typed, text=True, capture_output=True, timeout=60, check=False
            )
            if done.returncode:
                remark(done.stderr.strip())
                self.bind_failed(done.returncode if command is bind else None)
        say(f"NetpLdapBind: Verified minimum encryption strength on {self.dc}: 0x0")

    def bind_failed(self, result):
        """Tells a result code of LDAP ([RFC 4511] 4.1.9); nothing means that there is no connection."""
        said, code = {
            ldb.ERR_STRONG_AUTH_REQUIRED: ("8: Strong Authentication Required", STRONG_AUTH_REQUIRED),
            ldb.ERR_INVALID_CREDENTIALS: ("49: Invalid Credentials", LOGON_FAILURE),
        }.get(result, ("81: Server Down", SERVER_DOWN))
        say(f"NetpLdapBind: ldap_bind failed on {self.dc}: {said}")
        say(f"NetpSetDnsHostNameAndSpn: NetpLdapBind failed: {code:#x}")
        raise Failed(code)

    def secure_channel(self):
        """Proves the new password to NETLOGON."""
        wrong = "not-" if self.wanted.wrong_machine_password else ""
        machine = self.credentials_of(self.computer + "$", wrong + self.machine_password)
        machine.set_secure_channel_type(misc.SEC_CHAN_WKSTA)
        machine.set_kerberos_state(DONT_USE_KERBEROS)
        say("NetpJoinDomainOnDs: Setting netlogon cache.")
        try:
            channel = netlogon.netlogon(f"ncacn_ip_tcp:{self.dc}[schannel,seal]", self.parameters, machine)
            channel.netr_DsRGetDCNameEx2(f"\\\\{self.dc}", None, 0, self.wanted.domain, None, None, 0)
        except (NTSTATUSError, samba.WERRORError) as error:
            code = self.code(error, rpc=True)
            say(f"NetpJoinDomainOnDs: status of setting netlogon cache: {code:#x}")
            raise Failed(code) from error
        say("NetpJoinDomainOnDs: status of setting netlogon cache: 0x0")


def prepare(wanted):
    """What the kernel has to do as Windows does."""
    settings = {"tcp_mtu_probing": "0" if wanted.no_probe else "1", "tcp_base_mss": "536"}
    for name, value in settings.items():
        with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as setting:
            setting.write(value)
    if not wanted.udp:
        # Whatever a library falls back to: no Kerberos over UDP leaves this host.
        for family in ("-4", "-6"):
            subprocess.run(["ip", family, "rule", "add", "ipproto", "udp", "dport", "88", "prohibit"], check=False)


if __name__ == "__main__":
    chosen = options()
    prepare(chosen)
    sys.exit(Join(chosen).run())
