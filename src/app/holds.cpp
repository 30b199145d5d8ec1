// The bar on removal, as a border post learns it: yes, no, or ask; until when; signed; and nothing else.

#include <fmt/format.h>

#include "app/implementation.h"
#include "base/json.h"

namespace remedium::app {

namespace {

constexpr std::string_view barred_codes[] = {"yes", "no", "ask"};

/// Whether the law bars removal in some way today, and until when, over all entitlements of the case.
struct Bar {
  law::Truth runs = law::Truth::no;
  std::optional<base::Date> until;
  bool until_is_minimum = false;
};

Bar bar_of(const law::LawSet& law, const law::Facts& facts, base::Date on) {
  std::vector<law::Outcome> outcomes(law.entitlements().size());
  law.decide(facts, on, outcomes);
  // Where a national rule that is given carries a baseline out, its period is the one that counts.
  std::vector<bool> settled(outcomes.size(), false);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].entitled != law::Truth::yes) continue;
    for (const auto& id : law.entitlements()[i].implements) {
      if (const auto baseline = law.find(id)) settled[*baseline] = true;
    }
  }
  Bar bar;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& outcome = outcomes[i];
    if (settled[i]) continue;
    if (law.entitlements()[i].force != law::Force::must || law.bars(i, outcome).empty() ||
        outcome.running == law::Truth::no)
      continue;
    // What is not settled is not "no": an exception that nobody has found does not lift a bar.
    if (outcome.running == law::Truth::yes)
      bar.runs = law::Truth::yes;
    else if (bar.runs == law::Truth::no)
      bar.runs = law::Truth::unknown;
    const auto end = outcome.end.exact() ? outcome.end.date() : outcome.end.not_before();
    if (!outcome.has_period || !outcome.end.exact()) bar.until_is_minimum = true;
    if (end && (!bar.until || *end > *bar.until)) bar.until = end;
  }
  return bar;
}

HoldAnswer sign(HoldAnswer answer, std::string_view code, const crypto::Signer& signer) {
  base::JsonWriter json(answer.signed_text);
  json.begin_object().field("barred", barred_codes[static_cast<std::size_t>(answer.barred)]);
  if (answer.until) json.field(answer.until_is_minimum ? "until_at_least" : "until", answer.until->str());
  json.field("as_of", answer.as_of.str()).field("code", code);
  if (!answer.issued_by.empty()) json.field("issued_by", answer.issued_by);
  json.end_object();
  const auto signature = signer.sign(answer.signed_text);
  answer.signature = base::to_base64(base::bytes_of(signature));
  answer.public_key = base::to_base64(signer.public_key());
  return answer;
}

}  // namespace

void App::check_hold(const Caller& caller, std::string_view typed, Done<HoldAnswer> done) {
  if (std::holds_alternative<access::Deny>(
          self_->decide(caller, access::Action::check_hold, nullptr, {}, self_->today(caller.jurisdiction)))) {
    return done(base::fail({base::ErrorKind::forbidden, "not_yours", "Hold checks are for border officials.",
                            "SAFETY gate 2", "Use the case page.", ""}));
  }
  const auto code = crypto::normal_hold_code(typed);
  if (!code) {
    return done(base::invalid(
        "code", "bad_code",
        "This is not a hold code: a character is wrong. It is not an answer that removal is allowed.", "res. 20/1 4(d)",
        "Read the ten characters again. If it stays wrong, do not remove the person; call the authority on the card."));
  }
  HoldAnswer answer{.barred = Barred::ask, .as_of = self_->options.clock->now()};
  const auto digest = self_->key->hold_code_digest(*code);
  auto hold = self_->store->find_hold(digest);
  if (!hold) return done(std::unexpected(hold.error()));
  auto checked = self_->entry(caller, "hold.checked");
  if (*hold) {
    answer.issued_by = (*hold)->issued_by;
    checked.case_id = (*hold)->case_id.str();
    const auto loaded = self_->load((*hold)->case_id);
    if ((*hold)->status == "ended") {
      answer.barred = Barred::no;
    } else if (loaded) {
      const auto found = self_->laws.find((*loaded)->row.jurisdiction);
      const auto today = self_->today((*loaded)->row.jurisdiction);
      const auto bar = found == self_->laws.end()
                           ? Bar{law::Truth::unknown, {}, false}
                           : bar_of(*found->second, casework::facts_of((*loaded)->state, *self_->schema), today);
      answer.barred = bar.runs == law::Truth::no ? Barred::no : Barred::yes;
      if (answer.barred == Barred::yes) {
        answer.until = bar.until;
        answer.until_is_minimum = bar.until_is_minimum || bar.runs == law::Truth::unknown;
      }
    }
  }
  checked.reason = barred_codes[static_cast<std::size_t>(answer.barred)];
  store::Change change;
  change.entries.push_back(std::move(checked));
  answer = sign(std::move(answer), *code, *self_->hold_signer);
  self_->store->submit(std::move(change), [answer, done = std::move(done)](base::Result<store::Committed> committed) {
    if (!committed) return done(std::unexpected(committed.error()));
    done(answer);
  });
}

void App::hold_card(const Caller& caller, const base::CaseId& id, Done<std::string> done) {
  auto loaded = self_->load(id);
  if (!loaded) return done(std::unexpected(loaded.error()));
  const auto decision =
      self_->decide(caller, access::Action::read_case, loaded->get(), {}, self_->today((*loaded)->row.jurisdiction));
  const auto* allow = std::get_if<access::Allow>(&decision);
  if (allow == nullptr || !allow->classes.has(base::DataClass::immigration)) return done(no_such_case());
  const auto code = [&]() -> base::Result<std::string> {
    TRY(const auto sealed, self_->store->document("hold codes", id.str()));
    if (!sealed)
      return base::fail({base::ErrorKind::not_found, "no_hold", "No recovery period has begun, so there is no hold.",
                         "res. 20/1 4(d)", "Record the recovery period first.", ""});
    TRY(const auto wrapped, self_->store->wrapped_key((*loaded)->row.person));
    if (!wrapped) return no_such_case();
    TRY(auto person, self_->key->unwrap((*loaded)->row.person, *wrapped));
    TRY(const auto plain, crypto::open(person.of(base::DataClass::immigration), {id.bytes(), "hold code", 1}, *sealed));
    return std::string(base::text_of(plain));
  }();
  self_->journal_read(caller, **loaded, {base::DataClass::immigration}, "hold.card",
                      [code, done = std::move(done)](base::Status journalled) {
                        if (!journalled) return done(std::unexpected(journalled.error()));
                        done(code);
                      });
}

}  // namespace remedium::app
