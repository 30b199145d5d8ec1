// Schema 1 of the embedded store.
#pragma once

namespace remedium::store {

inline constexpr int application_id = 0x524d4431;  // "RMD1"
inline constexpr int schema_version = 1;

inline constexpr const char* schema_sql = R"sql(
CREATE TABLE cases(
  id BLOB PRIMARY KEY, version INTEGER NOT NULL, person BLOB NOT NULL, reference TEXT NOT NULL UNIQUE, jurisdiction TEXT NOT NULL, agency BLOB NOT NULL,
  stage TEXT NOT NULL, age TEXT NOT NULL, origin TEXT NOT NULL, opened_on INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  owed INTEGER NOT NULL, delivered INTEGER NOT NULL, late INTEGER NOT NULL, unknown INTEGER NOT NULL, next_due INTEGER) WITHOUT ROWID;
CREATE INDEX cases_updated ON cases(agency, updated_at DESC, id);
CREATE INDEX cases_opened ON cases(agency, opened_on DESC, id);
CREATE INDEX cases_due ON cases(agency, next_due, id) WHERE next_due IS NOT NULL;
CREATE INDEX cases_stage ON cases(agency, stage, updated_at DESC, id);
CREATE INDEX cases_age ON cases(agency, age, updated_at DESC, id);
CREATE INDEX cases_origin ON cases(agency, origin, updated_at DESC, id);
CREATE TABLE snapshots(case_id BLOB PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE events(
  case_id BLOB NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, recorded_at INTEGER NOT NULL, official BLOB NOT NULL, agency BLOB NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY(case_id, sequence)) WITHOUT ROWID;
CREATE TABLE assignments(
  case_id BLOB NOT NULL, official BLOB NOT NULL, role TEXT NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER, agency BLOB NOT NULL,
  PRIMARY KEY(case_id, official, role)) WITHOUT ROWID;
CREATE INDEX assignments_official ON assignments(official, agency, case_id);
CREATE TABLE holds(
  code_digest BLOB PRIMARY KEY, case_id BLOB NOT NULL, issued_by TEXT NOT NULL, from_day INTEGER NOT NULL, until_day INTEGER, until_is_minimum INTEGER NOT NULL,
  status TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX holds_case ON holds(case_id);
CREATE TABLE documents(collection TEXT NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(collection, name)) WITHOUT ROWID;
CREATE TABLE tallies(name TEXT NOT NULL, bucket TEXT NOT NULL, total INTEGER NOT NULL, PRIMARY KEY(name, bucket)) WITHOUT ROWID;
CREATE TABLE idempotency(
  official BLOB NOT NULL, name TEXT NOT NULL, request_digest BLOB NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(official, name)) WITHOUT ROWID;
CREATE TABLE ledger(idx INTEGER PRIMARY KEY, case_id BLOB, data TEXT NOT NULL);
CREATE INDEX ledger_case ON ledger(case_id, idx) WHERE case_id IS NOT NULL;
CREATE TABLE checkpoints(size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE state(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
)sql";

inline constexpr const char* keys_schema_sql = R"sql(
CREATE TABLE person_keys(person BLOB PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE tombstones(person BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
)sql";

}  // namespace remedium::store
