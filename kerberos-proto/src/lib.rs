//! kerberos-proto
