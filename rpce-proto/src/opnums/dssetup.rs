//! Operations of the Directory Services Setup interface by number, [MS-DSSP] 3.2.5.

/// `(opnum, name)`, ascending.
pub(super) const NAMES: &[(u16, &str)] = &[
    (0, "DsRolerGetPrimaryDomainInformation"),
    (1, "DsRolerDnsNameToFlatName"),
    (2, "DsRolerDcAsDc"),
    (3, "DsRolerDcAsReplica"),
    (4, "DsRolerDemoteDc"),
    (5, "DsRolerGetDcOperationProgress"),
    (6, "DsRolerGetDcOperationResults"),
    (7, "DsRolerCancel"),
    (8, "DsRolerServerSaveStateForUpgrade"),
    (9, "DsRolerUpgradeDownlevelServer"),
    (10, "DsRolerAbortDownlevelServerUpgrade"),
];
