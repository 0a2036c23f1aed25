//! cldap-proto
