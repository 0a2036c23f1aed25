"""Reads a message in each line of the input, and answers with what impacket says of it."""
import json
import struct
import sys

from impacket import ntlm, smb3structs, spnego
from impacket.dcerpc.v5 import epm, lsad, nrpc, rpcrt, samr
from impacket.krb5 import asn1
from impacket.uuid import bin_to_string, bin_to_uuidtup
from pyasn1.codec.der import decoder


SPNEGO = b"\x2b\x06\x01\x05\x05\x02"


class Skipped(Exception):
    """Nothing that impacket reads."""


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def number(value):
    return str(int(value))


def name(principal):
    return "/".join(text(bytes(part)) for part in principal["name-string"])


def has(value, key):
    return value[key].hasValue()


def encrypted(values, data, etype, kvno, length):
    values[etype] = [number(data["etype"])]
    if has(data, "kvno"):
        values[kvno] = [number(data["kvno"])]
    values[length] = [str(len(bytes(data["cipher"])))]


def ap_req(octets):
    request = decoder.decode(octets, asn1Spec=asn1.AP_REQ())[0]
    ticket = request["ticket"]
    options = "".join(str(bit) for bit in request["ap-options"])
    values = {
        "pvno": [number(request["pvno"])],
        "options": [str(int(options, 2))],
        "tkt_vno": [number(ticket["tkt-vno"])],
        "realm": [text(bytes(ticket["realm"]))],
        "sname": [name(ticket["sname"])],
        "sname_type": [number(ticket["sname"]["name-type"])],
    }
    encrypted(values, ticket["enc-part"], "ticket_etype", "ticket_kvno", "ticket_cipher_length")
    encrypted(
        values,
        request["authenticator"],
        "authenticator_etype",
        "authenticator_kvno",
        "authenticator_cipher_length",
    )
    return values


def kerberos(octets):
    if len(octets) > 4 and struct.unpack(">I", octets[:4])[0] == len(octets) - 4:
        octets = octets[4:]
    specs = {
        0x6A: asn1.AS_REQ,
        0x6B: asn1.AS_REP,
        0x6C: asn1.TGS_REQ,
        0x6D: asn1.TGS_REP,
        0x6F: asn1.AP_REP,
        0x7E: asn1.KRB_ERROR,
    }
    if octets[0] not in specs:
        raise Skipped
    message = decoder.decode(octets, asn1Spec=specs[octets[0]]())[0]
    values = {"msg_type": [number(message["msg-type"])]}
    if octets[0] in (0x6A, 0x6C):
        body = message["req-body"]
        values["padata_type"] = [number(data["padata-type"]) for data in message["padata"]]
        values["realm"] = [text(bytes(body["realm"]))]
        if has(body, "cname"):
            values["cname"] = [name(body["cname"])]
        if has(body, "sname"):
            values["sname"] = [name(body["sname"])]
            values["sname_type"] = [number(body["sname"]["name-type"])]
        values["etype"] = [number(etype) for etype in body["etype"]]
    elif octets[0] in (0x6B, 0x6D):
        ticket = message["ticket"]
        if has(message, "padata"):
            values["padata_type"] = [number(data["padata-type"]) for data in message["padata"]]
        values["crealm"] = [text(bytes(message["crealm"]))]
        values["cname"] = [name(message["cname"])]
        values["realm"] = [text(bytes(ticket["realm"]))]
        values["sname"] = [name(ticket["sname"])]
        values["sname_type"] = [number(ticket["sname"]["name-type"])]
        values["ticket_etype"] = [number(ticket["enc-part"]["etype"])]
        if has(ticket["enc-part"], "kvno"):
            values["ticket_kvno"] = [number(ticket["enc-part"]["kvno"])]
        values["etype"] = [number(message["enc-part"]["etype"])]
    elif octets[0] == 0x6F:
        values["etype"] = [number(message["enc-part"]["etype"])]
    else:
        values["error_code"] = [number(message["error-code"])]
        if has(message, "crealm"):
            values["crealm"] = [text(bytes(message["crealm"]))]
        if has(message, "cname"):
            values["cname"] = [name(message["cname"])]
        values["realm"] = [text(bytes(message["realm"]))]
        values["sname"] = [name(message["sname"])]
        values["sname_type"] = [number(message["sname"]["name-type"])]
        if has(message, "e-text"):
            values["e_text"] = [text(bytes(message["e-text"]))]
    return {key: value for key, value in values.items() if value}


def calls(known, message):
    """A call in NDR or NDR64: where more of its octets are read."""
    if known is None:
        raise Skipped
    octets = bytes.fromhex(message["octets"])
    failure = None
    read = []
    for ndr64 in (False, True):
        try:
            call = known[1 if message["response"] else 0](isNDR64=ndr64)
            left = len(octets) - call.fromString(octets)
            if 0 <= left < 8:
                read.append((left, ndr64, call))
        except Exception as error:
            failure = failure or error
    if not read:
        raise failure or ValueError("octets are left over")
    return min(read, key=lambda found: found[:2])[2]


def wide(value):
    return value.rstrip("\0") if isinstance(value, str) else value


# Of each call the fields that we show: ours, and the way to theirs.
NETLOGON = {
    (4, False): {
        "server": "PrimaryName",
        "computer": "ComputerName",
        "client_challenge": "ClientChallenge",
    },
    (4, True): {"server_challenge": "ServerChallenge", "status": "ErrorCode"},
    (26, False): {
        "server": "PrimaryName",
        "account": "AccountName",
        "secure_channel_type": "SecureChannelType",
        "computer": "ComputerName",
        "client_credential": "ClientCredential",
        "flags": "NegotiateFlags",
    },
    (26, True): {
        "server_credential": "ServerCredential",
        "flags": "NegotiateFlags",
        "rid": "AccountRid",
        "status": "ErrorCode",
    },
    (40, False): {"server": "ServerName", "wanted": "Flags"},
    (40, True): {"win32": "ErrorCode"},
}
SAMR = {
    (0, False): {"access": "DesiredAccess"},
    (57, False): {"server": "ServerName", "access": "DesiredAccess"},
    (62, False): {"server": "ServerName", "access": "DesiredAccess"},
    (64, False): {"server": "ServerName", "access": "DesiredAccess"},
    (5, False): {"domain": "Name"},
    (5, True): {"domain_sid": "DomainId", "status": "ErrorCode"},
    (7, False): {"access": "DesiredAccess", "domain_sid": "DomainId"},
    (7, True): {"status": "ErrorCode"},
    (34, False): {"access": "DesiredAccess", "rid": "UserId"},
    (34, True): {"status": "ErrorCode"},
    (50, False): {"account": "Name", "account_control": "AccountType", "access": "DesiredAccess"},
    (50, True): {"granted_access": "GrantedAccess", "rid": "RelativeId", "status": "ErrorCode"},
    (36, False): {"information_class": "UserInformationClass"},
    (47, False): {"information_class": "UserInformationClass"},
    (1, True): {"status": "ErrorCode"},
    (64, True): {"status": "ErrorCode"},
    (57, True): {"status": "ErrorCode"},
}
LSA = {
    (44, False): {"server": "SystemName", "access": "DesiredAccess"},
    (6, False): {"access": "DesiredAccess"},
    (7, False): {"information_class": "InformationClass"},
    (46, False): {"information_class": "InformationClass"},
    (0, True): {"status": "ErrorCode"},
    (6, True): {"status": "ErrorCode"},
    (44, True): {"status": "ErrorCode"},
    (46, True): {"status": "ErrorCode"},
}


def call(module, table, message):
    fields = table.get((message["opnum"], message["response"]))
    if fields is None:
        raise Skipped
    read = calls(module.OPNUMS.get(message["opnum"]), message)
    values = {}
    for ours, theirs in fields.items():
        value = read[theirs]
        if hasattr(value, "formatCanonical"):
            value = value.formatCanonical()
        elif ours in ("client_challenge", "client_credential", "server_challenge", "server_credential"):
            value = bytes(value).hex() if isinstance(value, bytes) else value["data"].hex()
        elif isinstance(value, str):
            value = wide(value)
        if value is None or ours == "server" and not value:
            continue
        values[ours] = [str(value)]
    return values


def domain(message):
    """The answer to a question for the policy: the domain by all its names."""
    read = calls(lsad.OPNUMS.get(message["opnum"]), message)
    information = read["PolicyInformation"]
    if int(information["tag"]) != 12:
        raise Skipped
    dns = information["PolicyDnsDomainInfo"]
    values = {
        "netbios_domain": [dns["Name"]],
        "domain": [dns["DnsDomainName"]],
        "forest": [dns["DnsForestName"]],
        "domain_guid": [bin_to_string(dns["DomainGuid"]).lower()],
        "domain_sid": [dns["Sid"].formatCanonical()],
        "status": [str(read["ErrorCode"])],
    }
    return values


def endpoint_mapper(message):
    known = {2: (epm.ept_lookup, epm.ept_lookupResponse), 3: (epm.ept_map, epm.ept_mapResponse)}
    read = calls(known.get(message["opnum"]), message)
    if message["opnum"] == 3:
        if message["response"]:
            return {"num_towers": [str(read["num_towers"])], "status": [str(read["status"])]}
        return {"max_towers": [str(read["max_towers"])]}
    if message["opnum"] == 2:
        if message["response"]:
            return {"num_towers": [str(read["num_ents"])], "status": [str(read["status"])]}
        return {"max_towers": [str(read["max_ents"])]}
    raise Skipped


SYNTAXES = {
    "8A885D04-1CEB-11C9-9FE8-08002B104860": "NDR",
    "71710533-BEBA-4937-8319-B5DBEF9CCC36": "NDR64",
}


def tower(octets):
    read = epm.EPMTower(octets)
    floors = read["Floors"]
    uuid, version = bin_to_uuidtup(floors[0]["InterfaceUUID"] + struct.pack("<HH", floors[0]["MajorVersion"], floors[0]["MinorVersion"]))
    values = {"interface": [uuid.lower()], "version": [version]}
    syntax = bin_to_string(floors[1]["DataRepUuid"])
    values["transfer_syntax"] = [SYNTAXES.get(syntax, syntax.lower())]
    for floor in floors[3:]:
        protocol = floor["ProtocolData"][0]
        data = floor["RelatedData"]
        if protocol in (0x07, 0x08, 0x1F) and len(data) == 2:
            values["port"] = [str(struct.unpack(">H", data)[0])]
        elif protocol == 0x09 and len(data) == 4:
            values["address"] = [".".join(str(octet) for octet in data)]
        elif protocol in (0x0F, 0x10):
            values["endpoint"] = [text(data.rstrip(b"\0"))]
        elif protocol == 0x11:
            values["host"] = [text(data.rstrip(b"\0"))]
    return values


def pdu(octets):
    header = rpcrt.MSRPCHeader(octets)
    values = {"type": [str(header["type"])], "call_id": [str(header["call_id"])]}
    if header["auth_len"] > 0:
        trailer = octets[header["frag_len"] - header["auth_len"] - 8:]
        values["auth_type"] = [str(trailer[0])]
        values["auth_level"] = [str(trailer[1])]
    if header["type"] == rpcrt.MSRPC_REQUEST:
        values["opnum"] = [str(rpcrt.MSRPCRequestHeader(octets)["op_num"])]
    return values


MECHANISMS = {
    "1.2.840.48018.1.2.2": "MS KRB5",
    "1.2.840.113554.1.2.2": "KRB5",
    "1.2.840.113554.1.2.2.3": "KRB5 user-to-user",
    "1.3.6.1.4.1.311.2.2.10": "NTLMSSP",
    "1.3.6.1.4.1.311.2.2.30": "NEGOEX",
}


def dotted(oid):
    return str(decoder.decode(b"\x06" + bytes([len(oid)]) + oid)[0])


def mechanism(oid):
    known = dotted(oid)
    return MECHANISMS.get(known, known)


def negotiation(octets):
    if octets[0] == 0x60:
        if SPNEGO not in octets[:16]:
            raise Skipped  # The frame of another mechanism.
        token = spnego.SPNEGO_NegTokenInit(octets)
        return {"mechanism": [mechanism(oid) for oid in token["MechTypes"]]}
    if octets[0] == 0xA1:
        token = spnego.SPNEGO_NegTokenResp(octets)
        values = {}
        if "NegState" in token.fields:
            values["state"] = [str(token["NegState"][0])]
        if token.fields.get("SupportedMech"):
            values["chosen"] = [mechanism(token["SupportedMech"])]
        return values
    raise Skipped


def ntlmssp(octets):
    kind = struct.unpack("<I", octets[8:12])[0]
    values = {"type": [str(kind)]}
    if kind == 1:
        message = ntlm.NTLMAuthNegotiate()
        message.fromString(octets)
        values["flags"] = [str(message["flags"])]
    elif kind == 2:
        message = ntlm.NTLMAuthChallenge()
        message.fromString(octets)
        values["flags"] = [str(message["flags"])]
        values["target"] = [message["domain_name"].decode("utf-16le")]
        pairs = ntlm.AV_PAIRS(message["TargetInfoFields"][: message["TargetInfoFields_len"]])
        for key, field in (
            (ntlm.NTLMSSP_AV_HOSTNAME, "target_info.netbios_computer"),
            (ntlm.NTLMSSP_AV_DOMAINNAME, "target_info.netbios_domain"),
            (ntlm.NTLMSSP_AV_DNS_HOSTNAME, "target_info.dns_computer"),
            (ntlm.NTLMSSP_AV_DNS_DOMAINNAME, "target_info.dns_domain"),
        ):
            if pairs[key] is not None:
                values[field] = [pairs[key][1].decode("utf-16le").rstrip("\0")]
    else:
        message = ntlm.NTLMAuthChallengeResponse()
        message.fromString(octets)
        code = "utf-16le" if message["flags"] & ntlm.NTLMSSP_NEGOTIATE_UNICODE else "latin-1"
        values["flags"] = [str(message["flags"])]
        values["domain"] = [message["domain_name"].decode(code)]
        values["user"] = [message["user_name"].decode(code)]
        values["workstation"] = [message["host_name"].decode(code)]
    return values


def smb2(octets):
    header = smb3structs.SMB2Packet(octets)
    answer = header["Flags"] & smb3structs.SMB2_FLAGS_SERVER_TO_REDIR
    values = {"command": [str(header["Command"])]}
    if answer:
        values["status"] = [str(header["Status"])]
    body = header["Data"]
    command = header["Command"]
    if command == smb3structs.SMB2_NEGOTIATE and not answer:
        read = smb3structs.SMB2Negotiate(body)
        count = read["DialectCount"]
        values["dialect"] = [str(dialect) for dialect in struct.unpack("<%dH" % count, body[36 : 36 + 2 * count])]
        values["security_mode"] = [str(read["SecurityMode"])]
        values["capabilities"] = [str(read["Capabilities"])]
    elif command == smb3structs.SMB2_NEGOTIATE and header["Status"] == 0:
        read = smb3structs.SMB2Negotiate_Response(body)
        values["dialect"] = [str(read["DialectRevision"])]
        values["security_mode"] = [str(read["SecurityMode"])]
        values["capabilities"] = [str(read["Capabilities"])]
    elif command == smb3structs.SMB2_TREE_CONNECT and not answer:
        read = smb3structs.SMB2TreeConnect(body)
        start = read["PathOffset"] - 64
        values["tree"] = [body[start : start + read["PathLength"]].decode("utf-16le")]
    elif command == smb3structs.SMB2_TREE_CONNECT and header["Status"] == 0:
        values["share_type"] = [str(smb3structs.SMB2TreeConnect_Response(body)["ShareType"])]
    elif command == smb3structs.SMB2_CREATE and not answer:
        read = smb3structs.SMB2Create(body)
        start = read["NameOffset"] - 64
        values["pipe"] = [body[start : start + read["NameLength"]].decode("utf-16le")]
    return values


def read(message):
    kind = message["kind"]
    octets = bytes.fromhex(message["octets"])
    if kind == "adjoin.krb":
        return kerberos(octets)
    if kind == "adjoin.krb.ap_req":
        return ap_req(octets)
    if kind == "adjoin.netlogon":
        return call(nrpc, NETLOGON, message)
    if kind == "adjoin.samr":
        return call(samr, SAMR, message)
    if kind == "adjoin.lsa":
        if message["opnum"] in (7, 46) and message["response"]:
            return domain(message)
        return call(lsad, LSA, message)
    if kind == "adjoin.epm":
        return endpoint_mapper(message)
    if kind == "adjoin.epm.tower":
        return tower(octets)
    if kind == "adjoin.rpc":
        return pdu(octets)
    if kind == "adjoin.gss":
        return negotiation(octets)
    if kind == "adjoin.ntlm":
        return ntlmssp(octets)
    if kind == "adjoin.smb":
        return smb2(octets)
    raise Skipped


def main():
    for line in sys.stdin:
        try:
            answer = {"values": read(json.loads(line))}
        except Skipped:
            answer = {"skipped": True}
        except Exception as error:  # Whatever a library does with a message that it can't read.
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
