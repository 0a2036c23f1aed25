//! join-engine
