//! netlogon-proto
