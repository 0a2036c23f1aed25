//! gss-proto
