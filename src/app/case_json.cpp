// A case and its chain as JSON.

#include "app/app.h"
#include "base/json.h"

namespace remedium::app {

namespace {

void write_gap(base::JsonWriter& json, const casework::Gap& gap) {
  json.begin_object()
      .field("owed", std::int64_t{gap.owed})
      .field("delivered", std::int64_t{gap.delivered})
      .field("open", std::int64_t{gap.open()})
      .field("late", std::int64_t{gap.late})
      .field("unknown", std::int64_t{gap.unknown})
      .end_object();
}

bool is_empty(const casework::Gap& gap) {
  return gap.owed == 0 && gap.unknown == 0;
}

void write_money(base::JsonWriter& json, const base::Money& money) {
  json.begin_object().field("amount", money.amount()).field("currency", money.currency.code()).end_object();
}

void write_link(base::JsonWriter& json, const CaseView& view, const casework::Link& link) {
  json.begin_object();
  law::write_entitlement(json, *view.law, link.entitlement, link.outcome);
  json.field("progress", casework::code(link.progress)).field("counts", link.counts);
  if (link.due) json.field("due_on", link.due->str());
  if (link.delivered_on) json.field("delivered_on", link.delivered_on->str());
  if (link.delivered_by != 0) json.field("delivered_by", static_cast<std::int64_t>(link.delivered_by));
  if (link.awarded) write_money(json.key("awarded"), *link.awarded);
  if (link.paid) write_money(json.key("paid"), *link.paid);
  if (link.outcome.entitled == law::Truth::unknown) {
    json.key("missing").begin_array();
    for (const auto fact : view.law->explain(link.entitlement, view.facts, view.on).missing)
      json.string(view.law->schema()[fact].name);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

std::string case_json(const CaseView& view) {
  std::string out;
  out.reserve(24'000);
  base::JsonWriter json(out);
  json.begin_object()
      .field("case", view.row.id.str())
      .field("reference", view.row.reference)
      .field("version", static_cast<std::int64_t>(view.row.version))
      .field("jurisdiction", view.row.jurisdiction)
      .field("stage", view.row.stage)
      .field("age", view.row.age)
      .field("opened_on", view.row.opened_on.str())
      .field("on", view.on.str())
      .field("law_digest", view.law->digest())
      .field("law_reviewed", view.law->reviewed());
  json.key("classes").begin_array();
  for (std::size_t i = 0; i < base::data_class_codes.size(); ++i) {
    if (view.classes.has(static_cast<base::DataClass>(i))) json.string(base::data_class_codes[i]);
  }
  json.end_array();
  if (const auto* contact = view.state.last("first-contacts"))
    json.key("first_contact").raw(casework::to_json(contact->record, view.classes));
  json.key("facts").begin_object();
  for (law::FactId id = 0; id < view.law->schema().size(); ++id) {
    if (view.facts.known(id))
      json.field(view.law->schema()[id].name, law::fact_text(view.law->schema(), view.facts, id));
  }
  json.end_object();
  json.key("gap");
  write_gap(json, view.chain.gap);
  json.key("gap_by_measure").begin_object();
  for (std::size_t i = 0; i < view.chain.by_measure.size(); ++i) {
    if (!is_empty(view.chain.by_measure[i])) write_gap(json.key(base::measure_codes[i]), view.chain.by_measure[i]);
  }
  json.end_object();
  json.key("gap_by_component").begin_object();
  for (std::size_t i = 0; i < view.chain.by_component.size(); ++i) {
    if (!is_empty(view.chain.by_component[i]))
      write_gap(json.key(base::component_codes[i]), view.chain.by_component[i]);
  }
  json.end_object();
  json.key("outstanding").begin_array();
  for (const auto& money : view.chain.outstanding) write_money(json, money);
  json.end_array();
  if (view.chain.next_due) json.field("next_due", view.chain.next_due->str());
  json.key("chain").begin_array();
  for (const auto& link : view.chain.links) write_link(json, view, link);
  json.end_array();
  json.key("acts").begin_array();
  for (const auto* act : view.acts) json.string(act->resource);
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace remedium::app
