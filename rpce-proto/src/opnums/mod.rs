//! Names of interfaces and of their operations.

mod drsuapi;
mod dssetup;
mod epmapper;
mod lsarpc;
mod mgmt;
mod netlogon;
mod samr;
mod srvsvc;
mod winreg;
mod wkssvc;

use adjoin_wire::Guid;

/// An interface that a domain join uses or brushes against.
#[derive(Clone, Copy, Debug)]
struct Interface {
    uuid: Guid,
    name: &'static str,
    operations: &'static [(u16, &'static str)],
}

const fn interface(uuid: u128, name: &'static str, operations: &'static [(u16, &'static str)]) -> Interface {
    Interface { uuid: Guid::from_u128(uuid), name, operations }
}

const INTERFACES: &[Interface] = &[
    interface(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa, "epmapper", epmapper::NAMES),
    interface(0xe3514235_4b06_11d1_ab04_00c04fc2dcd2, "drsuapi", drsuapi::NAMES),
    interface(0x12345678_1234_abcd_ef00_01234567cffb, "netlogon", netlogon::NAMES),
    interface(0x12345778_1234_abcd_ef00_0123456789ab, "lsarpc", lsarpc::NAMES),
    interface(0x12345778_1234_abcd_ef00_0123456789ac, "samr", samr::NAMES),
    interface(0x6bffd098_a112_3610_9833_46c3f87e345a, "wkssvc", wkssvc::NAMES),
    interface(0x4b324fc8_1670_01d3_1278_5a47bf6ee188, "srvsvc", srvsvc::NAMES),
    interface(0x338cd001_2244_31f1_aaaa_900038001003, "winreg", winreg::NAMES),
    interface(0x367abb81_9844_35f1_ad32_98f038001003, "svcctl", &[]),
    interface(0x3919286a_b10c_11d0_9ba8_00c04fd92ef5, "dssetup", dssetup::NAMES),
    interface(0xafa8bd80_7d8a_11c9_bef4_08002b102989, "mgmt", mgmt::NAMES),
    interface(0x1ff70682_0a51_30e8_076d_740be8cee98b, "atsvc", &[]),
    interface(0x82273fdc_e32a_18c3_3f78_827929dc23ea, "eventlog", &[]),
    interface(0x894de0c0_0d55_11d3_a322_00c04fa321a1, "initshutdown", &[]),
];

fn find(uuid: Guid) -> Option<&'static Interface> {
    INTERFACES.iter().find(|i| i.uuid == uuid)
}

/// The short name of an interface, such as `netlogon`.
#[must_use]
pub fn interface_name(uuid: Guid) -> Option<&'static str> {
    find(uuid).map(|i| i.name)
}

/// The name of an operation as its specification spells it, such as `NetrServerReqChallenge`.
#[must_use]
pub fn opnum_name(uuid: Guid, opnum: u16) -> Option<&'static str> {
    let operations = find(uuid)?.operations;
    let at = operations.binary_search_by_key(&opnum, |(number, _)| *number).ok()?;
    operations.get(at).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_ascending() {
        for interface in INTERFACES {
            assert!(interface.operations.is_sorted_by(|a, b| a.0 < b.0), "{}", interface.name);
        }
    }

    #[test]
    fn names_are_found() {
        let netlogon = Guid::from_u128(0x12345678_1234_abcd_ef00_01234567cffb);
        assert_eq!(interface_name(netlogon), Some("netlogon"));
        assert_eq!(opnum_name(netlogon, 4), Some("NetrServerReqChallenge"));
        assert_eq!(opnum_name(netlogon, 21), Some("NetrLogonGetCapabilities"));
        assert_eq!(opnum_name(netlogon, 59), Some("NetrServerAuthenticateKerberos"));
        assert_eq!(opnum_name(netlogon, 60), None);
        assert_eq!(opnum_name(Guid::NIL, 0), None);
    }
}
