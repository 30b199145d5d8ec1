// The whole answer as one JSON document.

#include <algorithm>

#include "base/json.h"
#include "law/internal.h"

namespace remedium::law {

namespace {

void write_provision(base::JsonWriter& json, const Provision& provision) {
  json.begin_object()
      .field("id", provision.id)
      .field("instrument", provision.instrument)
      .field("cite", provision.cite)
      .field("confidence", code(provision.confidence))
      .end_object();
}

void write_day(base::JsonWriter& json, std::string_view exact_key, std::string_view least_key, const DayRange& day) {
  if (const auto date = day.date()) {
    json.field(exact_key, date->str());
  } else if (const auto least = day.not_before()) {
    json.field(least_key, least->str());
  }
}

void write_outcome(base::JsonWriter& json, const Outcome& outcome) {
  json.field("status", status_code(outcome))
      .field("law_status", outcome.no_law_on_day ? std::string_view("no_law_on_day") : code(outcome.law_status));
  if (outcome.conflict) json.field("conflict", true);
  json.field("running", code(outcome.running));
  if (outcome.has_period) {
    write_day(json, "start", "start_not_before", outcome.start);
    write_day(json, "end", "end_not_before", outcome.end);
  }
  if (outcome.has_due) write_day(json, "due", "due_not_before", outcome.due);
}

}  // namespace

void write_reason(base::JsonWriter& json, const LawSet& law, const Reason& reason) {
  json.begin_object().field("kind", reason.kind).field("text", reason.text).field("value", code(reason.value));
  if (!reason.label.empty()) json.field("label", reason.label);
  if (!reason.effect.empty()) json.field("effect", reason.effect);
  if (reason.kind == "criterion") json.field("column", code(reason.column)).field("barrier", reason.barrier);
  if (!reason.provisions.empty()) {
    json.key("provisions").begin_array();
    for (const auto id : reason.provisions) write_provision(json, law.provision(id));
    json.end_array();
  }
  if (!reason.facts.empty()) {
    json.key("facts").begin_array();
    for (const auto fact : reason.facts) json.string(law.schema()[fact].name);
    json.end_array();
  }
  if (!reason.children.empty()) {
    json.key("children").begin_array();
    for (const auto& child : reason.children) write_reason(json, law, child);
    json.end_array();
  }
  json.end_object();
}

void write_explanation(base::JsonWriter& json, const LawSet& law, const Explanation& explanation) {
  json.key("reasons");
  write_reason(json, law, explanation.root);
  json.key("missing").begin_array();
  for (const auto fact : explanation.missing) {
    const auto& definition = law.schema()[fact];
    json.begin_object()
        .field("fact", definition.name)
        .field("question", definition.question)
        .field("hurts", std::int64_t{definition.hurts})
        .end_object();
  }
  json.end_array();
  json.key("facts_used").begin_array();
  for (const auto fact : explanation.used) json.string(law.schema()[fact].name);
  json.end_array();
}

void write_entitlement(base::JsonWriter& json, const LawSet& law, std::size_t index, const Outcome& outcome) {
  const auto& info = law.entitlements()[index];
  json.field("id", info.id)
      .field("title", info.title)
      .field("measure", base::code(info.measure))
      .field("component", base::code(info.component))
      .field("force", code(info.force))
      .field("duty_bearer", info.duty_bearer)
      .field("level", info.international ? "international" : "national");
  if (info.is_scheme) json.field("route", info.route);
  write_outcome(json, outcome);
  json.key("provisions").begin_array();
  for (const auto id : info.provisions) write_provision(json, law.provision(id));
  json.end_array();
  json.field("confidence", code(info.weakest));
  if (const auto bars = law.bars(index, outcome); !bars.empty()) {
    json.key("bars").begin_array();
    for (const auto& bar : bars)
      json.begin_object()
          .field("kind", code(bar.kind))
          .field("phase", bar.phase)
          .field("provision", law.provision(bar.provision).cite)
          .end_object();
    json.end_array();
  }
  if (const auto ends = law.early_ends(index, outcome); !ends.empty()) {
    json.key("early_end").begin_array();
    for (const auto& end : ends) {
      json.begin_object()
          .field("label", end.label)
          .field("decided_by", end.decided_by)
          .field("appeal", end.appeal)
          .field("provision", law.provision(end.provision).cite)
          .end_object();
    }
    json.end_array();
  }
}

std::string decision_json(const LawSet& law, const Facts& facts, base::Date on, bool explain) {
  std::vector<Outcome> outcomes(law.entitlements().size());
  law.decide(facts, on, outcomes);
  std::string out;
  out.reserve(outcomes.size() * (explain ? 2500 : 700));
  base::JsonWriter json(out);
  json.begin_object()
      .field("jurisdiction", law.pack())
      .field("title", law.title())
      .field("on", on.str())
      .field("law_digest", law.digest())
      .field("reviewed", law.reviewed());
  bool rests_on_memory = false;
  for (const auto& info : law.entitlements()) rests_on_memory = rests_on_memory || info.weakest == Confidence::memory;
  json.field("rests_on_memory", rests_on_memory);
  if (!law.reviewed())
    json.field("notice", "No lawyer has signed this law off. Check the provisions before relying on it.");
  json.key("facts").begin_object();
  for (FactId id = 0; id < law.schema().size(); ++id) {
    if (facts.known(id)) json.field(law.schema()[id].name, fact_text(law.schema(), facts, id));
  }
  json.end_object();
  json.key("mandatory_reports").begin_array();
  for (const auto& report : law.mandatory_reports(facts, on)) {
    json.begin_object()
        .field("label", report.label)
        .field("to", report.to)
        .field("applies", code(report.applies))
        .field("provision", law.provision(report.provision).cite)
        .end_object();
  }
  json.end_array();
  json.key("entitlements").begin_array();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    json.begin_object();
    write_entitlement(json, law, i, outcomes[i]);
    if (law.entitlements()[i].is_scheme) {
      const auto explanation = law.explain(i, facts, on);
      json.key("criteria").begin_array();
      for (const auto& child : explanation.root.children) {
        if (child.kind != "criterion") continue;
        const std::string_view met = child.value == Truth::yes ? "met" : child.value == Truth::no ? "unmet" : "unknown";
        json.begin_object()
            .field("label", child.label)
            .field("column", code(child.column))
            .field("barrier", child.barrier)
            .field("answer", met)
            .field("provision", law.provision(child.provisions.front()).cite)
            .end_object();
      }
      json.end_array();
    }
    if (explain) write_explanation(json, law, law.explain(i, facts, on));
    json.end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace remedium::law
