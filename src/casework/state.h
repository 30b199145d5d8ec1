// The state of one case: its acts in order, and what follows from them. Folded from events, never written by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/codes.h"
#include "base/date.h"
#include "base/error.h"
#include "base/id.h"
#include "casework/act.h"
#include "law/law.h"

namespace remedium::casework {

/// One act as it was recorded.
struct StoredAct {
  std::uint64_t sequence = 0;
  base::Instant recorded_at;
  base::OfficialId official;
  base::AgencyId agency;
  Record record;
};

/// One consent, from the act that gave it; `ended_on` once withdrawn.
struct Consent {
  std::string purpose;
  std::string recipient;  ///< agency id, or empty for the responsible agency
  base::DataClasses classes;
  base::Date given_on;
  std::optional<base::Date> valid_until;
  std::optional<base::Date> ended_on;
  bool by_guardian = false;
};

class State {
 public:
  std::vector<StoredAct> acts;

  // What follows, kept up to date by `apply`.
  std::string stage = "presumed";  ///< presumed | reasonable_grounds | conclusive | negative
  bool closed = false;
  bool erased = false;
  std::vector<Consent> consents;

  [[nodiscard]] std::uint64_t version() const { return acts.empty() ? 0 : acts.back().sequence; }
  [[nodiscard]] const StoredAct* last(std::string_view resource) const;
  [[nodiscard]] bool has(std::string_view resource) const { return last(resource) != nullptr; }
  /// May be a child: said to be one, not sure, or under 18 by birth date on `on` (the benefit of the doubt).
  [[nodiscard]] bool may_be_child(base::Date on) const;
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view age_statement() const;
  [[nodiscard]] std::optional<base::Date> opened_on() const;
};

void apply(State& state, StoredAct act);

/// Day on which an act happened in the world: its first date field.
[[nodiscard]] base::Date happened_on(const StoredAct& act);

/// The facts a law may ask for, from the acts whose fields are at hand; with `known_on`, as they were known at the end
/// of that day.
[[nodiscard]] law::Facts facts_of(const State& state, const law::FactSchema& schema,
                                  std::optional<base::Date> known_on = std::nullopt);

/// Facts that acts own: they are set by recording the act, never by answering a question.
[[nodiscard]] bool is_owned_fact(std::string_view name);

/// One data class of the whole state, for sealing as a snapshot; and a state from whichever classes are at hand. The
/// header (which acts, when, by whom) is not personal and goes with `encode_header`.
[[nodiscard]] base::Bytes encode_header(const State& state);
[[nodiscard]] base::Bytes encode_snapshot_class(const State& state, base::DataClass data_class);
struct SnapshotPart {
  base::DataClass data_class{};
  base::ByteView bytes;
};
[[nodiscard]] base::Result<State> decode_snapshot(base::ByteView header, std::span<const SnapshotPart> parts);

}  // namespace remedium::casework
