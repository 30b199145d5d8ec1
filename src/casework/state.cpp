#include "casework/state.h"

#include <algorithm>
#include <cstring>

namespace remedium::casework {

namespace {

using base::Date;

constexpr std::string_view owned[] = {"identification.stage",
                                      "identification.reasonable_grounds_on",
                                      "identification.conclusive_on",
                                      "identification.negative_on",
                                      "contact.first_on",
                                      "person.age_statement"};

/// Sets a fact from a text where the schema has the fact and the text is sound; a later act overwrites an earlier one.
class FactSetter {
 public:
  FactSetter(const law::FactSchema& schema, law::Facts& facts) : schema_(schema), facts_(facts) {}
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) (void)law::set_fact(schema_, facts_, name, value);
  }
  void date(std::string_view name, std::optional<Date> value) {
    if (value) text(name, value->str());
  }
  void yes(std::string_view name, std::optional<bool> value) {
    if (value) text(name, *value ? "true" : "false");
  }
  void list(std::string_view name, std::span<const std::string> values) {
    std::string joined;
    for (const auto& value : values) joined += (joined.empty() ? "" : ",") + value;
    text(name, joined);
  }

 private:
  const law::FactSchema& schema_;
  law::Facts& facts_;
};

void set_from(const StoredAct& act, FactSetter& set) {
  const auto& record = act.record;
  const auto resource = record.act().resource;
  if (resource == "first-contacts") {
    set.date("contact.first_on", record.date("received_on"));
    set.text("person.age_statement", record.text("age_statement"));
    set.text("identification.stage", "presumed");
    set.date("person.birth_date", record.date("birth_date"));
    set.list("person.nationalities", record.list("nationalities"));
    set.text("person.immigration_status", record.text("immigration_status"));
    set.yes("person.in_territory", record.boolean("in_territory"));
    set.list("exploitation.forms", record.list("exploitation_forms"));
    set.yes("consent.identification", record.boolean("consents_to_identification"));
    set.yes("consent.referral", record.boolean("consents_to_referral"));
    set.yes("child.unaccompanied", record.boolean("child_unaccompanied"));
  } else if (resource == "facts") {
    set.text(record.text("fact"), record.text("value"));
  } else if (resource == "identification-decisions") {
    const auto stage = record.text("stage");
    set.text("identification.stage", stage);
    set.date("identification." + std::string(stage) + "_on", record.date("decided_on"));
  } else if (resource == "recovery-periods") {
    set.date("recovery.receipt_on", record.date("started_on"));
  } else if (resource == "claims") {
    set.yes("compensation.sought", true);
    set.date("claim.lodged_on", record.date("lodged_on"));
  } else if (resource == "permit-applications") {
    const std::string ground(record.text("ground"));
    if (!ground.empty()) set.list("residence.need", std::span(&ground, 1));
  } else if (resource == "referrals") {
    set.yes("referral.made", true);
  }
}

void put(base::Bytes& out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  out.insert(out.end(), bytes, bytes + size);
}
void put_number(base::Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

struct Cursor {
  base::ByteView bytes;
  bool good = true;
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
      const auto byte = bytes.front();
      bytes = bytes.subspan(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    good = false;
    return 0;
  }
  base::ByteView take(std::uint64_t size) {
    if (size > bytes.size()) {
      good = false;
      return {};
    }
    const auto taken = bytes.first(static_cast<std::size_t>(size));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    return taken;
  }
};

std::unexpected<base::Error> bad_snapshot() {
  return base::fail({base::ErrorKind::corrupt, "bad_snapshot", "A case's snapshot does not read.", "casework snapshot",
                     "Verify the ledger and restore from a backup.", ""});
}

}  // namespace

const StoredAct* State::last(std::string_view resource) const {
  for (auto act = acts.rbegin(); act != acts.rend(); ++act) {
    if (act->record.act().resource == resource) return &*act;
  }
  return nullptr;
}

std::string_view State::age_statement() const {
  const auto* contact = last("first-contacts");
  return contact == nullptr ? std::string_view{} : contact->record.text("age_statement");
}

std::string_view State::name() const {
  const auto* contact = last("first-contacts");
  return contact == nullptr ? std::string_view{} : contact->record.text("name");
}

std::optional<Date> State::opened_on() const {
  const auto* contact = last("first-contacts");
  return contact == nullptr ? std::nullopt : contact->record.date("received_on");
}

bool State::may_be_child(Date on) const {
  if (age_statement() != "adult") return true;
  const auto* contact = last("first-contacts");
  auto birth = contact == nullptr ? std::nullopt : contact->record.date("birth_date");
  for (const auto& act : acts) {
    if (act.record.act().resource == "facts" && act.record.text("fact") == "person.birth_date")
      birth = Date::parse(act.record.text("value"));
  }
  return birth && on < base::add(*birth, {18, base::Unit::years});
}

bool is_owned_fact(std::string_view name) {
  return std::ranges::find(owned, name) != std::end(owned);
}

Date happened_on(const StoredAct& act) {
  const auto& fields = act.record.act().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto* date = std::get_if<Date>(&act.record[i]);
    if (date != nullptr && fields[i].required) return *date;
  }
  return act.recorded_at.utc_date();
}

void apply(State& state, StoredAct act) {
  const auto& record = act.record;
  const auto resource = record.act().resource;
  if (resource == "identification-decisions" && record.has("stage")) {
    state.stage = record.text("stage");
  } else if (resource == "case-closures") {
    state.closed = true;
  } else if (resource == "identification-refusals") {
    state.erased = true;
  } else if (resource == "consents" && record.text("decision") == "given") {
    Consent consent{.purpose = std::string(record.text("purpose")),
                    .recipient = std::string(record.text("recipient")),
                    .classes = {},
                    .given_on = record.date("given_on").value_or(Date{}),
                    .valid_until = record.date("valid_until"),
                    .ended_on = {},
                    .by_guardian = record.text("decided_by") == "guardian"};
    for (const auto& name : record.list("data_classes")) {
      if (const auto data_class = base::parse_data_class(name)) consent.classes.add(*data_class);
    }
    state.consents.push_back(std::move(consent));
  } else if (resource == "consents" && record.text("decision") == "refused") {
    // A later "no" ends the earlier "yes" to the same recipient for the same purpose.
    for (auto& consent : state.consents) {
      const bool same = consent.purpose == record.text("purpose") && consent.recipient == record.text("recipient");
      if (same && !consent.ended_on) consent.ended_on = record.date("given_on").value_or(act.recorded_at.utc_date());
    }
  } else if (resource == "consent-withdrawals") {
    for (auto& consent : state.consents) {
      const bool same = consent.purpose == record.text("purpose") &&
                        (!record.has("recipient") || consent.recipient == record.text("recipient"));
      if (same && !consent.ended_on) consent.ended_on = record.date("withdrawn_on");
    }
  }
  state.acts.push_back(std::move(act));
}

law::Facts facts_of(const State& state, const law::FactSchema& schema, std::optional<Date> known_on) {
  law::Facts facts;
  FactSetter set(schema, facts);
  for (const auto& act : state.acts) {
    if (known_on && act.recorded_at.utc_date() > *known_on) continue;
    set_from(act, set);
  }
  return facts;
}

base::Bytes encode_header(const State& state) {
  base::Bytes out;
  put_number(out, state.acts.size());
  for (const auto& act : state.acts) {
    put_number(out, act.sequence);
    put_number(out, act.record.act().resource.size());
    put(out, act.record.act().resource.data(), act.record.act().resource.size());
    put(out, &act.recorded_at.microseconds, sizeof act.recorded_at.microseconds);
    put(out, act.official.bytes().data(), 16);
    put(out, act.agency.bytes().data(), 16);
  }
  return out;
}

base::Bytes encode_snapshot_class(const State& state, base::DataClass data_class) {
  base::Bytes out;
  for (std::size_t i = 0; i < state.acts.size(); ++i) {
    const auto bytes = encode_class(state.acts[i].record, data_class);
    if (bytes.empty()) continue;
    put_number(out, i);
    put_number(out, bytes.size());
    put(out, bytes.data(), bytes.size());
  }
  return out;
}

base::Result<State> decode_snapshot(base::ByteView header, std::span<const SnapshotPart> parts) {
  Cursor cursor{header};
  const auto count = cursor.number();
  if (!cursor.good || count > 100'000) return bad_snapshot();
  std::vector<StoredAct> acts;
  acts.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto sequence = cursor.number();
    const auto* act = find_act(base::text_of(cursor.take(cursor.number())));
    const auto at = cursor.take(sizeof(std::int64_t));
    const auto official = base::OfficialId::from_bytes(cursor.take(16));
    const auto agency = base::AgencyId::from_bytes(cursor.take(16));
    if (!cursor.good || act == nullptr || !official || !agency) return bad_snapshot();
    StoredAct stored{
        .sequence = sequence, .recorded_at = {}, .official = *official, .agency = *agency, .record = Record(*act)};
    std::memcpy(&stored.recorded_at.microseconds, at.data(), at.size());
    acts.push_back(std::move(stored));
  }
  for (const auto& part : parts) {
    Cursor inside{part.bytes};
    while (!inside.bytes.empty() && inside.good) {
      const auto index = inside.number();
      const auto bytes = inside.take(inside.number());
      if (!inside.good || index >= acts.size()) return bad_snapshot();
      TRY_STATUS(decode_class(acts[static_cast<std::size_t>(index)].record, part.data_class, bytes));
    }
    if (!inside.good) return bad_snapshot();
  }
  State state;
  state.acts.reserve(acts.size());
  for (auto& act : acts) apply(state, std::move(act));
  return state;
}

}  // namespace remedium::casework
