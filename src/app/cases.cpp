// Cases: open, act, read, list, timeline, journal. Load → decide → record → journal → commit.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "app/implementation.h"
#include "base/json.h"
#include "casework/decide.h"

namespace remedium::app {

namespace {

using base::DataClass;
using base::ErrorKind;

/// The class of each sealed section, its length, and the section; the header first, in clear: it names acts, not
/// people.
void append_section(base::Bytes& out, std::uint8_t mark, base::ByteView bytes) {
  out.push_back(mark);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(size >> shift));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

struct Section {
  std::uint8_t mark;
  base::ByteView bytes;
};
constexpr std::uint8_t header_mark = 0xFF;

std::optional<std::vector<Section>> sections(base::ByteView bytes) {
  std::vector<Section> found;
  while (!bytes.empty()) {
    if (bytes.size() < 5) return std::nullopt;
    std::uint32_t size = 0;
    for (unsigned i = 0; i < 4; ++i) size |= std::uint32_t{bytes[1 + i]} << (8 * i);
    if (size > bytes.size() - 5) return std::nullopt;
    found.push_back({bytes[0], bytes.subspan(5, size)});
    bytes = bytes.subspan(5 + size);
  }
  return found;
}

std::unexpected<base::Error> bad_sections() {
  return base::fail({ErrorKind::corrupt, "does_not_open", "A case's stored form does not read.", "SAFETY: Keys",
                     "Verify the ledger and restore from a backup.", ""});
}

base::Bytes seal_event(const casework::Record& record, const base::CaseId& id, std::uint64_t sequence,
                       crypto::PersonKey& person, base::Random& random) {
  base::Bytes body;
  for (std::size_t i = 0; i < base::data_class_codes.size(); ++i) {
    const auto data_class = static_cast<DataClass>(i);
    const auto plain = casework::encode_class(record, data_class);
    if (plain.empty()) continue;
    append_section(body, static_cast<std::uint8_t>(i),
                   crypto::seal(person.of(data_class), {id.bytes(), "event", sequence}, plain, random));
  }
  return body;
}

bool is_live(const store::Assignment& assignment, base::Date today) {
  return assignment.from <= today && (!assignment.to || *assignment.to >= today);
}

std::vector<law::Outcome> outcomes_of(const law::LawSet& law, const law::Facts& facts, base::Date on) {
  std::vector<law::Outcome> outcomes(law.entitlements().size());
  law.decide(facts, on, outcomes);
  return outcomes;
}

/// Only the classes granted: a state folded from what the reader may see.
base::Result<casework::State> masked(const casework::State& state, base::DataClasses classes) {
  if (classes == base::DataClasses::all()) return state;
  const auto header = casework::encode_header(state);
  std::vector<base::Bytes> bytes;
  std::vector<casework::SnapshotPart> parts;
  for (std::size_t i = 0; i < base::data_class_codes.size(); ++i) {
    if (classes.has(static_cast<DataClass>(i)))
      bytes.push_back(casework::encode_snapshot_class(state, static_cast<DataClass>(i)));
    else
      bytes.emplace_back();
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) parts.push_back({static_cast<DataClass>(i), bytes[i]});
  return casework::decode_snapshot(header, parts);
}

/// Who decides on permits neither reads nor writes the asylum record (res. 20/1 4(h)): its facts are absent from what
/// that role is shown.
bool sees_asylum(const Caller& caller) {
  return caller.role != access::Role::competent_authority;
}

void leave_out_asylum(casework::State& state) {
  std::erase_if(state.acts, [](const casework::StoredAct& act) {
    return act.record.act().resource == "facts" && act.record.text("fact").starts_with("asylum.");
  });
}

const law::LawSet* law_of(const App::Implementation& self, std::string_view pack) {
  const auto found = self.laws.find(pack);
  return found == self.laws.end() ? nullptr : found->second.get();
}

}  // namespace

std::unexpected<base::Error> no_such_case() {
  return base::fail({ErrorKind::not_found, "no_such_case", "There is no such case for you.",
                     "SAFETY: denied and absent look the same",
                     "Check the reference; ask the responsible agency for an assignment.", ""});
}

std::string spell_reference(const base::CaseId& id) {
  const auto text = base::to_base32(id.bytes());
  std::string reference = "R-" + text.substr(0, 4) + "-" + text.substr(4, 4);
  for (char& c : reference) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return reference;
}

base::Result<base::Bytes> App::Implementation::seal_snapshot(const casework::State& state, const store::CaseRow& row,
                                                             crypto::PersonKey& person) const {
  base::Bytes out;
  append_section(out, header_mark, casework::encode_header(state));
  for (std::size_t i = 0; i < base::data_class_codes.size(); ++i) {
    const auto data_class = static_cast<DataClass>(i);
    const auto plain = casework::encode_snapshot_class(state, data_class);
    if (plain.empty()) continue;
    append_section(
        out, static_cast<std::uint8_t>(i),
        crypto::seal(person.of(data_class), {row.id.bytes(), "snapshot", row.version}, plain, *options.random));
  }
  return out;
}

base::Result<casework::State> App::Implementation::open_snapshot(const store::CaseRow& row) const {
  TRY(const auto wrapped, store->wrapped_key(row.person));
  if (!wrapped)
    return base::fail(
        {ErrorKind::not_found, "erased", "This case was erased.", "SAFETY promise 6", "Nothing is left to read.", ""});
  TRY(auto person, key->unwrap(row.person, *wrapped));
  const auto found = sections(row.snapshot);
  if (!found || found->empty() || found->front().mark != header_mark) return bad_sections();
  std::vector<base::Bytes> plain;
  plain.reserve(found->size());
  std::vector<casework::SnapshotPart> parts;
  for (std::size_t i = 1; i < found->size(); ++i) {
    const auto& section = (*found)[i];
    if (section.mark >= base::data_class_codes.size()) return bad_sections();
    const auto data_class = static_cast<DataClass>(section.mark);
    TRY(auto opened, crypto::open(person.of(data_class), {row.id.bytes(), "snapshot", row.version}, section.bytes));
    plain.push_back(std::move(opened));
    parts.push_back({data_class, plain.back()});
  }
  return casework::decode_snapshot(found->front().bytes, parts);
}

base::Result<CasePointer> App::Implementation::load(const base::CaseId& id) {
  {
    const std::lock_guard guard(cache_mutex);
    if (const auto found = cached.find(id); found != cached.end()) {
      recent.splice(recent.begin(), recent, found->second);
      return found->second->second;
    }
  }
  TRY(auto row, store->find_case(id));
  if (!row || row->person.is_nil() || row->stage == "erased") return no_such_case();
  auto loaded = std::make_shared<CachedCase>();
  TRY(loaded->state, open_snapshot(*row));
  TRY(loaded->assignments, store->assignments_of_case(id));
  loaded->row = std::move(*row);
  loaded->row.snapshot.clear();
  keep(loaded);
  return CasePointer(loaded);
}

void App::Implementation::keep(const CasePointer& loaded) {
  const std::lock_guard guard(cache_mutex);
  const auto& id = loaded->row.id;
  if (const auto found = cached.find(id); found != cached.end()) {
    // A slower reader never puts an older version over a newer one.
    if (found->second->second->row.version > loaded->row.version) return;
    recent.erase(found->second);
    cached.erase(found);
  }
  recent.emplace_front(id, loaded);
  cached[id] = recent.begin();
  if (recent.size() > options.cached_cases) {
    cached.erase(recent.back().first);
    recent.pop_back();
  }
}

void App::Implementation::forget(const base::CaseId& id) {
  {
    const std::lock_guard guard(cache_mutex);
    if (const auto found = cached.find(id); found != cached.end()) {
      recent.erase(found->second);
      cached.erase(found);
    }
  }
  names.remove(id);
}

access::Decision App::Implementation::decide(const Caller& caller, access::Action action, const CachedCase* loaded,
                                             std::string_view act, base::Date today) const {
  const access::Who who{.second_factor = true,
                        .role = caller.role,
                        .official = caller.official,
                        .agency = caller.agency,
                        .agency_kind = caller.agency_kind};
  access::Resource resource;
  resource.act = act;
  std::vector<access::Grant> grants;
  if (loaded != nullptr) {
    resource.is_case = true;
    resource.agency = loaded->row.agency;
    const auto* responsible = agency(loaded->row.agency);
    resource.agency_kind = responsible == nullptr ? access::AgencyKind::oversight : responsible->kind;
    resource.closed_by_erasure = loaded->state.erased;
    for (const auto& assignment : loaded->assignments)
      resource.assigned = resource.assigned || (assignment.official == caller.official && is_live(assignment, today));
    for (const auto& consent : loaded->state.consents) {
      const bool live = !consent.ended_on && (!consent.valid_until || *consent.valid_until >= today);
      const auto purpose = base::enum_of<access::Purpose>(access::purpose_codes, consent.purpose);
      const auto recipient = base::AgencyId::parse(consent.recipient);
      if (live && purpose && recipient) grants.push_back({*recipient, *purpose, consent.classes});
    }
    resource.grants = grants;
  }
  return access::decide(who, action, caller.purpose, resource);
}

ledger::Entry App::Implementation::entry(const Caller& caller, std::string action, const base::CaseId* id) const {
  return {.action = std::move(action),
          .official = caller.official.str(),
          .agency = caller.agency.str(),
          .role = std::string(access::code(caller.role)),
          .purpose = std::string(access::code(caller.purpose)),
          .case_id = id == nullptr ? std::string() : id->str()};
}

void App::Implementation::journal_read(const Caller& caller, const CachedCase& loaded, base::DataClasses classes,
                                       std::string_view action, std::function<void(base::Status)> then) {
  constexpr std::int64_t window_us = 5LL * 60 * 1'000'000;
  const auto now_us = options.clock->monotonic_us();
  const auto name = fmt::format("{} {} {} {} {}", caller.official.str(), loaded.row.id.str(), classes.bits(),
                                access::code(caller.purpose), action);
  store::Change change;
  {
    const std::lock_guard guard(reads_mutex);
    auto& window = reads[name];
    if (window.until_us > now_us) {
      ++window.further;
      then({});
      return;
    }
    if (window.further > 0)
      change.entries.push_back({.action = "case.read.further",
                                .official = "system",
                                .case_id = loaded.row.id.str(),
                                .reason = std::string(action),
                                .count = window.further});
    window = {now_us + window_us, 0};
    if (reads.size() > 200'000)
      std::erase_if(reads,
                    [&](const auto& item) { return item.second.until_us <= now_us && item.second.further == 0; });
  }
  auto recorded = entry(caller, std::string(action), &loaded.row.id);
  recorded.classes = classes;
  change.entries.push_back(std::move(recorded));
  store->submit(std::move(change), [this, name, then = std::move(then)](base::Result<store::Committed> committed) {
    if (!committed) {
      const std::lock_guard guard(reads_mutex);
      reads.erase(name);
      then(std::unexpected(committed.error()));
      return;
    }
    then({});
  });
}

// --- writing ---

void App::open_case(const Caller& caller, std::string_view json, const WriteConditions& conditions,
                    Done<Written> done) {
  const auto* act = casework::find_act("first-contacts");
  const auto today = self_->today(caller.jurisdiction);
  const auto decision = self_->decide(caller, access::Action::open_case, nullptr, act->resource, today);
  if (std::holds_alternative<access::Deny>(decision)) {
    done(base::fail({ErrorKind::forbidden, "not_yours", "Your role does not open cases.", "SAFETY gate 2",
                     "Ask a first responder or a case manager.", ""}));
    return;
  }
  auto record = casework::parse_record(*act, json);
  if (!record) {
    done(std::unexpected(record.error()));
    return;
  }
  auto fresh = std::make_shared<CachedCase>();
  auto& row = fresh->row;
  row.id = base::CaseId::draw(*self_->options.random);
  row.person = base::PersonId::draw(*self_->options.random);
  row.reference = spell_reference(row.id);
  row.jurisdiction = caller.jurisdiction;
  row.agency = caller.agency;
  row.origin = "opened";
  self_->write(caller, fresh, *act, std::move(*record), conditions, 0, std::move(done));
}

void App::act(const Caller& caller, const base::CaseId& id, std::string_view resource, std::string_view json,
              const WriteConditions& conditions, Done<Written> done) {
  const auto* act = casework::find_act(resource);
  if (act == nullptr || act->opens_case) {
    done(base::fail({ErrorKind::not_found, "no_such_act", "There is no such act.", "API", "See /api/v1/acts.", ""}));
    return;
  }
  auto loaded = self_->load(id);
  if (!loaded) {
    done(std::unexpected(loaded.error()));
    return;
  }
  const auto today = self_->today((*loaded)->row.jurisdiction);
  if (std::holds_alternative<access::Deny>(
          self_->decide(caller, access::Action::read_case, loaded->get(), {}, today))) {
    done(no_such_case());
    return;
  }
  if (std::holds_alternative<access::Deny>(
          self_->decide(caller, access::Action::act, loaded->get(), resource, today))) {
    done(base::fail({ErrorKind::forbidden, "not_yours", "Your role does not record this act.", "SAFETY gate 2",
                     "Ask the official whose act it is.", ""}));
    return;
  }
  auto record = casework::parse_record(*act, json);
  if (!record) {
    done(std::unexpected(record.error()));
    return;
  }
  self_->write(caller, *loaded, *act, std::move(*record), conditions, 0, std::move(done));
}

namespace {

base::Result<std::optional<Written>> replayed(store::Store& store, const Caller& caller,
                                              const WriteConditions& conditions) {
  if (conditions.idempotency_key.empty()) return std::optional<Written>{};
  TRY(const auto found, store.find_idempotency(caller.official, conditions.idempotency_key));
  if (!found) return std::optional<Written>{};
  if (found->request_digest != conditions.request_digest) {
    return base::fail({ErrorKind::conflict, "idempotency_reuse", "This Idempotency-Key was used for another request.",
                       "API: Idempotency-Key", "Use a new key for a new request.", "Idempotency-Key"});
  }
  TRY(const auto document, base::parse_json(found->body));
  base::ObjectReader reader(document, "");
  Written written;
  written.case_id = base::CaseId::parse(reader.required_text("case")).value_or(base::CaseId{});
  written.reference = reader.required_text("reference");
  written.version =
      static_cast<std::uint64_t>(reader.integer("version", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
  written.replayed = true;
  return std::optional(written);
}

}  // namespace

void App::Implementation::write(const Caller& caller, CasePointer loaded, const casework::Act& act,
                                casework::Record record, const WriteConditions& conditions, int tries,
                                Done<Written> done) {
  const auto& before = *loaded;
  if (auto earlier = replayed(*store, caller, conditions); !earlier || *earlier) {
    done(earlier ? base::Result<Written>(**earlier) : std::unexpected(earlier.error()));
    return;
  }
  if (conditions.based_on && *conditions.based_on != before.row.version) {
    done(base::fail(
        {ErrorKind::conflict, "version_conflict",
         fmt::format("You decided on version {}; the case is at version {}.", *conditions.based_on, before.row.version),
         "API: If-Match", "Read the case again, see what changed, and decide anew. Nothing was written.", "If-Match"}));
    return;
  }
  const auto* law = law_of(*this, before.row.jurisdiction);
  if (law == nullptr) {
    done(base::fail({ErrorKind::unavailable, "no_law", "The law of this case's jurisdiction is not loaded.", "law/",
                     "Add its pack and start again.", ""}));
    return;
  }
  const auto on = today(before.row.jurisdiction);
  auto facts = casework::facts_of(before.state, *schema);
  const auto outcomes = outcomes_of(*law, facts, on);
  const casework::Context context{
      .today = on, .role = access::code(caller.role), .law = law, .facts = &facts, .outcomes = outcomes};
  if (auto allowed = casework::decide(before.state, record, context); !allowed) {
    // A refusal is an entry too; it says which rule, not what was tried.
    store::Change change;
    auto refused =
        entry(caller, fmt::format("refused.{}", act.resource), before.row.version == 0 ? nullptr : &before.row.id);
    refused.reason = allowed.error().code;
    change.entries.push_back(std::move(refused));
    store->submit(std::move(change),
                  [done, error = allowed.error()](base::Result<store::Committed>) { done(std::unexpected(error)); });
    return;
  }

  auto after = std::make_shared<CachedCase>();
  after->row = before.row;
  after->state = before.state;
  after->assignments = before.assignments;
  auto& row = after->row;
  const auto now = options.clock->now();
  row.version = before.row.version + 1;
  row.updated_at = now;
  casework::StoredAct stored{.sequence = row.version,
                             .recorded_at = now,
                             .official = caller.official,
                             .agency = caller.agency,
                             .record = record};
  casework::apply(after->state, stored);
  facts = casework::facts_of(after->state, *schema);
  const auto chain = casework::chain(after->state, *law, outcomes_of(*law, facts, on), on);
  row.stage = after->state.closed ? "closed" : after->state.stage;
  row.age = after->state.age_statement();
  row.opened_on = after->state.opened_on().value_or(on);
  row.owed = chain.gap.owed;
  row.delivered = chain.gap.delivered;
  row.late = chain.gap.late;
  row.unknown = chain.gap.unknown;
  row.next_due = chain.next_due;

  store::Change change;
  change.case_id = row.id;
  change.based_on = before.row.version;
  crypto::PersonKey person = crypto::PersonKey::draw(*options.random);
  if (before.row.version == 0) {
    change.new_keys.push_back({row.person, key->wrap(row.person, person, *options.random)});
    store::Assignment opener{row.id, caller.official, std::string(access::code(caller.role)), row.opened_on,
                             std::nullopt};
    change.assignments.push_back(opener);
    after->assignments.push_back(opener);
  } else {
    auto wrapped = store->wrapped_key(row.person);
    if (!wrapped || !*wrapped) {
      done(no_such_case());
      return;
    }
    auto opened = key->unwrap(row.person, **wrapped);
    if (!opened) {
      done(std::unexpected(opened.error()));
      return;
    }
    person = std::move(*opened);
  }
  store::StoredEvent event{row.id,
                           row.version,
                           std::string(act.resource),
                           now,
                           caller.official,
                           caller.agency,
                           seal_event(record, row.id, row.version, person, *options.random)};
  auto recorded = entry(caller, fmt::format("act.{}", act.resource), &row.id);
  recorded.sequence = row.version;
  recorded.digest = store::event_digest(event);
  for (const auto& field : act.fields) recorded.classes.add(field.data_class);
  change.entries.push_back(std::move(recorded));
  change.events.push_back(std::move(event));

  Written written{.case_id = row.id, .reference = row.reference, .version = row.version};
  if (act.resource == "recovery-periods") {
    const auto code = crypto::draw_hold_code(*options.random);
    const auto digest = crypto::Digest(key->hold_code_digest(code));
    std::string authority(record.text("authority"));
    change.holds.push_back({base::Bytes(digest.begin(), digest.end()), row.id, std::move(authority),
                            record.date("started_on").value_or(on), std::nullopt, true, "active"});
    change.documents.push_back({"hold codes", row.id.str(),
                                crypto::seal(person.of(DataClass::immigration), {row.id.bytes(), "hold code", 1},
                                             base::bytes_of(code), *options.random)});
    written.hold_code = code;
  }
  if (act.resource == "recovery-period-ends") {
    if (auto holds = store->holds_of_case(row.id)) {
      for (auto& hold : *holds) {
        hold.status = "ended";
        change.holds.push_back(std::move(hold));
      }
    }
  }
  if (act.resource == "assignments") {
    const auto official = base::OfficialId::parse(record.text("official"));
    bool known = false;
    if (official) {
      const std::shared_lock guard(people_mutex);
      known = officials.contains(*official);
    }
    if (!known) {
      done(base::invalid("official", "unknown_official", "There is no such official.", "SAFETY gate 4",
                         "Take the id from the list of officials."));
      return;
    }
    store::Assignment assignment{row.id, *official, std::string(record.text("role")),
                                 record.date("assigned_from").value_or(on), record.date("assigned_to")};
    change.assignments.push_back(assignment);
    std::erase_if(after->assignments, [&](const auto& other) {
      return other.official == assignment.official && other.role == assignment.role;
    });
    after->assignments.push_back(std::move(assignment));
  }
  if (act.resource == "identification-refusals") {
    // Nothing identifying is kept: the key goes, and what it sealed with it. The count is all that stays.
    row.stage = "erased";
    row.age = "adult";
    row.next_due.reset();
    change.events.clear();
    change.entries.clear();
    auto erased = entry(caller, "person.erased", &row.id);
    erased.reason = "identification_refused";
    change.entries.push_back(std::move(erased));
    change.destroyed_keys.push_back(row.person);
    change.erased_cases.push_back(row.id);
    change.documents.push_back({"hold codes", row.id.str(), {}});
    change.tallies.push_back(
        {"identification.declined", fmt::format("{}/{}", row.jurisdiction, now.utc_date().str().substr(0, 7)), 1});
    row.version = before.row.version;
    change.row = row;
  } else {
    auto sealed = seal_snapshot(after->state, row, person);
    if (!sealed) {
      done(std::unexpected(sealed.error()));
      return;
    }
    change.row = row;
    change.row->snapshot = std::move(*sealed);
  }
  if (!conditions.idempotency_key.empty()) {
    std::string body;
    base::JsonWriter(body)
        .begin_object()
        .field("case", row.id.str())
        .field("reference", row.reference)
        .field("version", static_cast<std::int64_t>(row.version))
        .end_object();
    change.idempotency = store::IdempotencyRecord{
        caller.official, conditions.idempotency_key, conditions.request_digest, 201, std::move(body), now};
  }
  const bool is_erasure = act.resource == "identification-refusals";
  for (const auto& report : law->mandatory_reports(facts, on)) {
    if (report.applies == law::Truth::yes) written.warnings.push_back(report.label);
  }
  store->submit(std::move(change),
                [this, caller, after, act = &act, record = std::move(record), conditions, tries, written, is_erasure,
                 done = std::move(done)](base::Result<store::Committed> committed) mutable {
                  if (committed) {
                    if (is_erasure) {
                      forget(after->row.id);
                    } else {
                      keep(after);
                      if (after->row.version == 1) index_name(after->row.id, after->state);
                    }
                    written.journal_entry = committed->first_entry;
                    done(written);
                    return;
                  }
                  const auto& code = committed.error().code;
                  if (code == "version_conflict" && !conditions.based_on && tries < 3) {
                    // Somebody else was first, and this act did not say what it was based on: decide anew on what
                    // stands now.
                    forget(after->row.id);
                    if (auto again = load(after->row.id)) {
                      write(caller, *again, *act, std::move(record), conditions, tries + 1, std::move(done));
                      return;
                    }
                  }
                  if (code == "idempotency_replay") {
                    auto earlier = replayed(*store, caller, conditions);
                    if (earlier && *earlier) {
                      done(**earlier);
                      return;
                    }
                  }
                  done(std::unexpected(committed.error()));
                });
}

void App::decline_identification(const Caller& caller, Done<Written> done) {
  const auto now = self_->options.clock->now();
  if (std::holds_alternative<access::Deny>(
          self_->decide(caller, access::Action::count_declined, nullptr, {}, now.utc_date()))) {
    done(base::fail({ErrorKind::forbidden, "not_yours", "Your role does not count refusals.", "SAFETY gate 2",
                     "Ask a first responder.", ""}));
    return;
  }
  store::Change change;
  change.tallies.push_back(
      {"identification.declined", fmt::format("{}/{}", caller.jurisdiction, now.utc_date().str().substr(0, 7)), 1});
  change.entries.push_back(self_->entry(caller, "identification.declined"));
  self_->store->submit(std::move(change), [done = std::move(done)](base::Result<store::Committed> committed) {
    if (!committed) return done(std::unexpected(committed.error()));
    done(Written{.case_id = {}, .reference = {}, .version = 0, .journal_entry = committed->first_entry});
  });
}

base::Result<std::vector<store::TallyAdd>> App::declined(const Caller& caller) {
  if (std::holds_alternative<access::Deny>(
          self_->decide(caller, access::Action::count_declined, nullptr, {}, self_->today("")))) {
    return base::fail({ErrorKind::forbidden, "not_yours", "Your role does not see this count.", "SAFETY gate 2",
                       "Ask the data-protection officer.", ""});
  }
  return self_->store->tallies("identification.declined");
}

// --- reading ---

namespace {

base::Result<std::shared_ptr<const CaseView>> make_view(const App::Implementation& self, const Caller& caller,
                                                        const CachedCase& loaded, base::DataClasses classes,
                                                        const ReadOptions& options) {
  auto view = std::make_shared<CaseView>();
  view->row = loaded.row;
  view->classes = classes;
  view->law = law_of(self, loaded.row.jurisdiction);
  if (view->law == nullptr)
    return base::fail({ErrorKind::unavailable, "no_law", "The law of this case's jurisdiction is not loaded.", "law/",
                       "Add its pack and start again.", ""});
  const auto today = self.today(loaded.row.jurisdiction);
  view->on = options.on.value_or(today);
  TRY(view->state, masked(loaded.state, classes));
  if (!sees_asylum(caller)) leave_out_asylum(view->state);
  view->facts = casework::facts_of(view->state, *self.schema, options.known_on);
  view->outcomes = outcomes_of(*view->law, view->facts, view->on);
  view->chain = casework::chain(view->state, *view->law, view->outcomes, view->on);
  for (const auto& act : casework::acts()) {
    if (act.opens_case || (loaded.state.closed && act.resource != "consent-withdrawals") ||
        (act.about_child && !loaded.state.may_be_child(today)))
      continue;
    if (std::holds_alternative<access::Allow>(self.decide(caller, access::Action::act, &loaded, act.resource, today)))
      view->acts.push_back(&act);
  }
  return std::shared_ptr<const CaseView>(view);
}

}  // namespace

void App::read_case(const Caller& caller, const base::CaseId& id, const ReadOptions& options,
                    Done<std::shared_ptr<const CaseView>> done) {
  auto loaded = self_->load(id);
  if (!loaded) return done(std::unexpected(loaded.error()));
  const auto decision =
      self_->decide(caller, access::Action::read_case, loaded->get(), {}, self_->today((*loaded)->row.jurisdiction));
  const auto* allow = std::get_if<access::Allow>(&decision);
  if (allow == nullptr) return done(no_such_case());
  auto view = make_view(*self_, caller, **loaded, allow->classes, options);
  self_->journal_read(caller, **loaded, allow->classes, "case.read",
                      [view, done = std::move(done)](base::Status journalled) {
                        if (!journalled) return done(std::unexpected(journalled.error()));
                        done(view);
                      });
}

void App::read_case_json(const Caller& caller, const base::CaseId& id, const ReadOptions& options,
                         Done<std::shared_ptr<const std::string>> done) {
  auto loaded = self_->load(id);
  if (!loaded) return done(std::unexpected(loaded.error()));
  const auto today = self_->today((*loaded)->row.jurisdiction);
  const auto decision = self_->decide(caller, access::Action::read_case, loaded->get(), {}, today);
  const auto* allow = std::get_if<access::Allow>(&decision);
  if (allow == nullptr) return done(no_such_case());
  std::shared_ptr<const std::string> text;
  const bool plain = !options.on && !options.known_on;
  const unsigned kind =
      allow->classes.bits() | (sees_asylum(caller) ? 0U : 1U << 31U);  // who sees the same may share a written answer
  if (plain) {
    const std::lock_guard guard((*loaded)->mutex);
    for (const auto& rendered : (*loaded)->rendered) {
      if (rendered.on == today && rendered.classes == kind) text = rendered.json;
    }
  }
  if (!text) {
    auto view = make_view(*self_, caller, **loaded, allow->classes, options);
    if (!view) return done(std::unexpected(view.error()));
    text = std::make_shared<const std::string>(case_json(**view));
    if (plain) {
      const std::lock_guard guard((*loaded)->mutex);
      if ((*loaded)->rendered.size() >= 4) (*loaded)->rendered.clear();
      (*loaded)->rendered.push_back({today, kind, text});
    }
  }
  self_->journal_read(caller, **loaded, allow->classes, "case.read",
                      [text, done = std::move(done)](base::Status journalled) {
                        if (!journalled) return done(std::unexpected(journalled.error()));
                        done(text);
                      });
}

void App::list_cases(const Caller& caller, const store::CaseQuery& query, Done<CaseListing> done) {
  const auto decision =
      self_->decide(caller, access::Action::list_cases, nullptr, {}, self_->today(caller.jurisdiction));
  if (std::holds_alternative<access::Deny>(decision)) {
    return done(base::fail({ErrorKind::forbidden, "not_yours", "Your role sees no list of cases.", "SAFETY gate 2",
                            "Use the pages of your role.", ""}));
  }
  auto scoped = query;
  scoped.all = false;
  scoped.assigned_to = caller.official;
  scoped.agency = caller.role == access::Role::case_manager ? std::optional(caller.agency) : std::nullopt;
  auto page = self_->store->list_cases(scoped);
  if (!page) return done(std::unexpected(page.error()));
  // The list is pseudonymous: reference, stage, days. A name is read with the case.
  CaseListing listing;
  listing.next_cursor = page->next_cursor;
  for (auto& row : page->rows) {
    // The responsible agency's case manager sees the agency's own; any other row rests on an assignment, which may have
    // ended.
    const bool own = caller.role == access::Role::case_manager && row.agency == caller.agency;
    if (!own) {
      const auto loaded = self_->load(row.id);
      if (!loaded || std::holds_alternative<access::Deny>(self_->decide(
                         caller, access::Action::read_case, loaded->get(), {}, self_->today(row.jurisdiction))))
        continue;
    }
    listing.items.push_back({std::move(row), {}});
  }
  done(std::move(listing));
}

void App::search_cases(const Caller& caller, std::string_view name, std::size_t limit, Done<CaseListing> done) {
  CaseListing listing;
  listing.index_ready = self_->names_ready;
  const auto today = self_->today(caller.jurisdiction);
  const auto hits = self_->names.search(name, limit, [&](const base::CaseId& id) {
    const auto loaded = self_->load(id);
    if (!loaded) return false;
    const auto decision = self_->decide(caller, access::Action::read_case, loaded->get(), {}, today);
    const auto* allow = std::get_if<access::Allow>(&decision);
    return allow != nullptr && allow->classes.has(DataClass::identity);
  });
  store::Change change;
  for (const auto& hit : hits) {
    const auto& id = hit.case_id;
    auto loaded = self_->load(id);
    if (!loaded) continue;
    listing.items.push_back({(*loaded)->row, std::string((*loaded)->state.name())});
    auto found = self_->entry(caller, "case.found", &id);
    found.classes = {DataClass::identity};
    change.entries.push_back(std::move(found));
  }
  if (change.entries.empty()) return done(std::move(listing));
  self_->store->submit(std::move(change), [listing, done = std::move(done)](base::Result<store::Committed> committed) {
    if (!committed) return done(std::unexpected(committed.error()));
    done(listing);
  });
}

void App::timeline(const Caller& caller, const base::CaseId& id, std::uint64_t after, std::size_t limit,
                   Done<std::vector<TimelineItem>> done) {
  auto loaded = self_->load(id);
  if (!loaded) return done(std::unexpected(loaded.error()));
  const auto decision =
      self_->decide(caller, access::Action::read_case, loaded->get(), {}, self_->today((*loaded)->row.jurisdiction));
  const auto* allow = std::get_if<access::Allow>(&decision);
  if (allow == nullptr) return done(no_such_case());
  std::vector<TimelineItem> items;
  for (const auto& act : (*loaded)->state.acts) {
    if (act.sequence <= after || items.size() >= limit) continue;
    if (!sees_asylum(caller) && act.record.act().resource == "facts" && act.record.text("fact").starts_with("asylum."))
      continue;
    TimelineItem item{.sequence = act.sequence,
                      .resource = std::string(act.record.act().resource),
                      .recorded_at = act.recorded_at,
                      .happened_on = casework::happened_on(act)};
    const auto* who = official(act.official);
    const auto* from = self_->agency(act.agency);
    item.official_name = who == nullptr ? act.official.str() : who->name;
    item.agency_name = from == nullptr ? act.agency.str() : from->name;
    item.fields_json = casework::to_json(act.record, allow->classes);
    items.push_back(std::move(item));
  }
  self_->journal_read(caller, **loaded, allow->classes, "case.read",
                      [items, done = std::move(done)](base::Status journalled) {
                        if (!journalled) return done(std::unexpected(journalled.error()));
                        done(items);
                      });
}

void App::journal(const Caller& caller, const base::CaseId& id, std::uint64_t from, std::size_t limit,
                  Done<std::vector<JournalItem>> done) {
  auto loaded = self_->load(id);
  if (!loaded) return done(std::unexpected(loaded.error()));
  const auto decision =
      self_->decide(caller, access::Action::read_journal, loaded->get(), {}, self_->today((*loaded)->row.jurisdiction));
  if (std::holds_alternative<access::Deny>(decision)) return done(no_such_case());
  self_->journal_read(caller, **loaded, {}, "journal.read",
                      [this, id, from, limit, done = std::move(done)](base::Status journalled) {
                        if (!journalled) return done(std::unexpected(journalled.error()));
                        auto rows = self_->store->ledger_of_case(id, from, limit);
                        if (!rows) return done(std::unexpected(rows.error()));
                        std::vector<JournalItem> items;
                        for (auto& row : *rows) {
                          JournalItem item{.index = row.index, .data = std::move(row.data)};
                          if (const auto document = base::parse_json(item.data)) {
                            base::ObjectReader reader(*document, "");
                            const auto who = base::OfficialId::parse(reader.text("official").value_or(std::string()));
                            const auto where = base::AgencyId::parse(reader.text("agency").value_or(std::string()));
                            if (who) {
                              if (const auto* known = official(*who)) item.official_name = known->name;
                            }
                            if (where) {
                              if (const auto* known = self_->agency(*where)) item.agency_name = known->name;
                            }
                          }
                          items.push_back(std::move(item));
                        }
                        done(std::move(items));
                      });
}

std::optional<base::CaseId> App::find_reference(std::string_view reference) {
  const auto row = self_->store->find_case_by_reference(reference);
  return row && *row ? std::optional((*row)->id) : std::nullopt;
}

}  // namespace remedium::app
