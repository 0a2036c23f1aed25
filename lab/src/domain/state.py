# Changes the controller's database before the controller starts.
#
# Each argument is one change: a verb, and what it is about behind a colon. Nothing else has the database
# open, so this takes no password and leaves no packets.
#
# Accounts: [MS-ADTS] 2.2.16 (userAccountControl), 3.1.1.1.8 (lockout); access control: [MS-DTYP] 2.5.1;
# DNS records in the directory: [MS-DNSP] 2.3.2.2.
import sys
import time

import ldb
from samba.auth import system_session
from samba.credentials import Credentials
from samba.dcerpc import dnsp
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.provision.sambadns import AAAARecord, ARecord, SRVRecord
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

COMPUTER_CLASS = "bf967a86-0de6-11d0-a285-00aa003049e2"
GROUPS = 140

parameters = LoadParm()
parameters.load_default()
password = sys.argv[1]
anonymous = Credentials()
anonymous.guess(parameters)
database = SamDB(session_info=system_session(), credentials=anonymous, lp=parameters)
base = database.domain_dn()
domain = parameters.get("realm").lower()
this = parameters.get("netbios name")


def nt_time(seconds):
    return str(int((seconds + 11644473600) * 10_000_000))


def change(dn, values):
    """Replaces attributes; an empty list removes one."""
    message = ldb.Message(dn if isinstance(dn, ldb.Dn) else ldb.Dn(database, dn))
    for name, value in values.items():
        message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
    database.modify(message)


def account(name):
    found = database.search(base, expression=f"(sAMAccountName={ldb.binary_encode(name)})", attrs=["objectSid"])
    return found[0]


def sid(name):
    return database.schema_format_value("objectSid", account(name)["objectSid"][0]).decode()


def user(name):
    database.newuser(name, password)


def many_groups(name):
    """Each group adds to the authorization data of every ticket."""
    members = [str(account(name).dn)]
    for number in range(GROUPS):
        group = f"CN=team-{number:03},CN=Users,{base}"
        database.add({"dn": group, "objectClass": "group", "sAMAccountName": f"team-{number:03}", "member": members})
    database.add_remove_group_members("Administrators", [name])
    database.add_remove_group_members("Domain Admins", [name])


def may_create(name):
    """May create computers in the default container. What somebody creates there is wholly his."""
    rights = SDUtils(database)
    rights.dacl_add_ace(f"CN=Computers,{base}", f"(OA;;CC;{COMPUTER_CLASS};;{sid(name)})")
    rights.dacl_add_ace(f"CN=Computers,{base}", f"(OA;CIIO;GA;;{COMPUTER_CLASS};CO)")


def disabled(name):
    database.disable_account(f"(sAMAccountName={name})")


def expired(name):
    change(account(name).dn, {"accountExpires": nt_time(time.time() - 30 * 86400)})


def locked(name):
    half_an_hour = str(-30 * 60 * 10_000_000)
    change(base, {
        "lockoutThreshold": "5", "lockoutDuration": half_an_hour, "lockOutObservationWindow": half_an_hour,
    })
    now = nt_time(time.time())
    change(account(name).dn, {"lockoutTime": now, "badPwdCount": "5", "badPasswordTime": now})


def must_change(name):
    change(account(name).dn, {"pwdLastSet": "0"})


def no_hours(name):
    change(account(name).dn, {"logonHours": bytes(21)})


def only_from(name):
    change(account(name).dn, {"userWorkstations": "RECEPTION9"})


def computer(name):
    database.newcomputer(name.upper())


def quota(number):
    change(base, {"ms-DS-MachineAccountQuota": number})


def no_spn(_):
    change(account(this + "$").dn, {"servicePrincipalName": []})


def other_site(subnet):
    """The subnet belongs to a site that has no controller."""
    sites = f"CN=Sites,{database.get_config_basedn()}"
    database.add({"dn": f"CN=Branch,{sites}", "objectClass": "site"})
    database.add({"dn": f"CN=NTDS Site Settings,CN=Branch,{sites}", "objectClass": "nTDSSiteSettings"})
    database.add({"dn": f"CN=Servers,CN=Branch,{sites}", "objectClass": "serversContainer"})
    database.add({
        "dn": f"CN={subnet},CN=Subnets,{sites}", "objectClass": "subnet", "siteObject": f"CN=Branch,{sites}",
    })


def zones():
    return [
        f"DC={domain},CN=MicrosoftDNS,DC=DomainDnsZones,{base}",
        f"DC=_msdcs.{domain},CN=MicrosoftDNS,DC=ForestDnsZones,{base}",
    ]


def each_name(edit):
    """Lets `edit` make new records of those that a name has."""
    for zone in zones():
        for node in database.search(zone, expression="(objectClass=dnsNode)", attrs=["dnsRecord"]):
            if "dnsRecord" in node:
                old = [ndr_unpack(dnsp.DnssrvRpcRecord, value) for value in node["dnsRecord"]]
                new = edit(old)
                if new is not None:
                    change(node.dn, {"dnsRecord": [ndr_pack(record) for record in new]})


def address_record(address):
    return AAAARecord(address) if ":" in address else ARecord(address)


def addresses(listed):
    """No other host has addresses in a new domain."""
    new = [address_record(address) for address in listed.split(",") if address]

    def edit(old):
        kept = [record for record in old if record.wType not in (dnsp.DNS_TYPE_A, dnsp.DNS_TYPE_AAAA)]
        return None if len(kept) == len(old) else kept + new

    each_name(edit)


def no_srv(_):
    each_name(lambda old: [] if old[0].wType == dnsp.DNS_TYPE_SRV else None)


def other_controller(value):
    """Named by every SRV record, and to be tried before this controller."""
    name, address = value.split("=", 1)
    full = f"{name}.{domain}"

    def edit(old):
        if old[0].wType != dnsp.DNS_TYPE_SRV:
            return None
        data = old[0].data
        return [
            SRVRecord(data.nameTarget, data.wPort, priority=10, weight=100),
            SRVRecord(full, data.wPort, priority=0, weight=100),
        ]

    each_name(edit)
    database.add({
        "dn": f"DC={name},{zones()[0]}", "objectClass": "dnsNode",
        "dnsRecord": ndr_pack(address_record(address)),
    })


VERBS = {verb.__name__: verb for verb in (
    user, many_groups, may_create, disabled, expired, locked, must_change, no_hours, only_from, computer,
    quota, no_spn, other_site, addresses, no_srv, other_controller,
)}

for argument in sys.argv[2:]:
    verb, _, value = argument.partition(":")
    database.transaction_start()
    VERBS[verb](value)
    database.transaction_commit()
