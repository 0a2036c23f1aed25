//! rpce-proto
