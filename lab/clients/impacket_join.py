#!/usr/bin/python3
"""Creates a computer account over SAMR with impacket and NTLM, and sets its password.

As impacket's own example does: the endpoint mapper names the pipe, then one SMB session, and the calls of
[MS-SAMR] 3.1.5.1.1 to 3.1.5.6.4. The computer's own secure channel is not tried.
"""
import argparse
import secrets
import sys

from impacket.dcerpc.v5 import epm, samr, transport
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.smbconnection import SessionError

USER_EXISTS = 0xC0000063


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dc", required=True)
    parser.add_argument("--netbios", required=True)
    parser.add_argument("--computer", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    return parser.parse_args()


def join(wanted):
    pipe = transport.DCERPCTransportFactory(epm.hept_map(wanted.dc, samr.MSRPC_UUID_SAMR, protocol="ncacn_np"))
    pipe.set_credentials(wanted.user, wanted.password, wanted.netbios)
    pipe.set_dport(445)
    accounts = pipe.get_dce_rpc()
    accounts.connect()
    accounts.bind(samr.MSRPC_UUID_SAMR)
    access = samr.SAM_SERVER_ENUMERATE_DOMAINS | samr.SAM_SERVER_LOOKUP_DOMAIN
    server = samr.hSamrConnect5(accounts, f"\\\\{wanted.dc}\0", access)["ServerHandle"]
    sid = samr.hSamrLookupDomainInSamServer(accounts, server, wanted.netbios)["DomainId"]
    access = samr.DOMAIN_LOOKUP | samr.DOMAIN_CREATE_USER
    domain = samr.hSamrOpenDomain(accounts, server, access, sid)["DomainHandle"]
    name = wanted.computer.upper() + "$"
    access = samr.USER_FORCE_PASSWORD_CHANGE | samr.USER_WRITE_ACCOUNT | samr.USER_READ_ACCOUNT
    kind = samr.USER_WORKSTATION_TRUST_ACCOUNT
    account = samr.hSamrCreateUser2InDomain(accounts, domain, name, kind, access)["UserHandle"]
    samr.hSamrSetPasswordInternal4New(accounts, account, secrets.token_hex(24))
    control = samr.SAMPR_USER_INFO_BUFFER()
    control["tag"] = samr.USER_INFORMATION_CLASS.UserControlInformation
    control["Control"]["UserAccountControl"] = kind
    samr.hSamrSetInformationUser2(accounts, account, control)
    accounts.disconnect()
    return name


if __name__ == "__main__":
    try:
        print(f"created {join(options())}")
    except (DCERPCException, SessionError, OSError) as error:
        sys.exit(f"failed: {error}")
