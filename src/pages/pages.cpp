#include "pages/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <map>

#include "base/json.h"
#include "pages/components.h"

namespace remedium::pages {

namespace {

std::string_view stage_colour(std::string_view stage) {
  if (stage == "conclusive") return "green";
  if (stage == "reasonable_grounds") return "blue";
  if (stage == "negative" || stage == "closed") return "grey";
  return "yellow";
}

std::string_view progress_colour(casework::Progress progress) {
  switch (progress) {
    case casework::Progress::late:
    case casework::Progress::refused:
    case casework::Progress::failed:
      return "red";
    case casework::Progress::delivered:
      return "green";
    case casework::Progress::partly_delivered:
    case casework::Progress::in_progress:
      return "blue";
    case casework::Progress::due:
      return "yellow";
    case casework::Progress::none:
    case casework::Progress::declined:
    case casework::Progress::not_due:
      return "grey";
  }
  return "grey";
}

/// Opens a cell that carries its column's heading: on a phone a row becomes a block, and each value stands behind its
/// heading.
void cell(Writer& out, std::string_view heading) {
  out << "<td class=\"govuk-table__cell\""_html;
  out.attribute("data-label"_html, heading) << ">"_html;
}

void pair(Writer& out, std::string_view term, std::string_view text) {
  if (!text.empty()) out << "<dt>"_html << term << "</dt><dd>"_html << text << "</dd>"_html;
}

class ChainWriter {
 public:
  ChainWriter(Writer& out, const Context& context, const app::App& app, const app::CaseView& view)
      : out_(out), m_(context.messages), context_(context), app_(app), view_(view) {}

  void write() {
    group("group_late", [](const casework::Link& link) { return link.progress == casework::Progress::late; });
    group("group_due", [](const casework::Link& link) {
      return link.outcome.entitled == law::Truth::yes && link.progress != casework::Progress::late &&
             link.progress != casework::Progress::delivered;
    });
    next_questions();
    group(
        "group_unknown", [](const casework::Link& link) { return link.outcome.entitled == law::Truth::unknown; }, true);
    group(
        "group_delivered",
        [](const casework::Link& link) {
          return link.outcome.entitled == law::Truth::yes && link.progress == casework::Progress::delivered;
        },
        true);
    group("group_not", [](const casework::Link& link) { return link.outcome.entitled == law::Truth::no; }, true);
  }

 private:
  template <class Belongs>
  void group(std::string_view key, Belongs belongs, bool folded = false) {
    const auto count = std::ranges::count_if(view_.chain.links, belongs);
    if (count == 0) return;
    const auto title = fmt::format("{} ({})", m_(key), count);
    if (folded)
      out_
          << "<details class=\"govuk-details\"><summary class=\"govuk-details__summary\"><h2 class=\"govuk-heading-m govuk-!-display-inline\">"_html
          << title << "</h2></summary>"_html;
    else
      out_ << "<h2 class=\"govuk-heading-m\">"_html << title << "</h2>"_html;
    out_ << "<ul class=\"rm-chain\">"_html;
    for (const auto& link : view_.chain.links) {
      if (belongs(link)) item(link);
    }
    out_ << "</ul>"_html;
    if (folded) out_ << "</details>"_html;
  }

  /// The few answers that would settle most, the ones that ask least first.
  void next_questions() {
    std::map<law::FactId, int> counts;
    for (const auto& link : view_.chain.links) {
      if (link.outcome.entitled != law::Truth::unknown) continue;
      for (const auto fact : view_.law->explain(link.entitlement, view_.facts, view_.on).missing) ++counts[fact];
    }
    if (counts.empty() || std::ranges::none_of(view_.acts, [](const auto* act) { return act->resource == "facts"; }))
      return;
    std::vector<std::pair<law::FactId, int>> questions(counts.begin(), counts.end());
    std::ranges::stable_sort(questions, [&](const auto& a, const auto& b) {
      const auto hurts_a = view_.law->schema()[a.first].hurts;
      const auto hurts_b = view_.law->schema()[b.first].hurts;
      return hurts_a != hurts_b ? hurts_a < hurts_b : a.second > b.second;
    });
    out_
        << "<section class=\"govuk-inset-text\" aria-labelledby=\"questions-title\"><h2 class=\"govuk-heading-m\" id=\"questions-title\">"_html
        << m_("next_questions") << "</h2><ul class=\"govuk-list govuk-list--spaced\">"_html;
    for (std::size_t i = 0; i < std::min<std::size_t>(questions.size(), 5); ++i) {
      const auto& definition = view_.law->schema()[questions[i].first];
      out_ << "<li><a class=\"govuk-link\""_html;
      out_.attribute("href"_html, fmt::format("/cases/{}/acts/facts?fact={}", view_.row.id.str(), definition.name))
          << ">"_html << app_.translated(m_.language(), "fact/" + definition.name, definition.question)
          << "</a> <span class=\"govuk-hint govuk-!-display-inline\">"_html
          << m_("settles", {{"count", std::to_string(questions[i].second)}}) << "</span></li>"_html;
    }
    out_ << "</ul></section>"_html;
  }

  void item(const casework::Link& link) {
    const auto& info = view_.law->entitlements()[link.entitlement];
    const std::string_view side = link.progress == casework::Progress::late        ? "rm-link rm-link--late"
                                  : link.progress == casework::Progress::delivered ? "rm-link rm-link--delivered"
                                  : link.outcome.entitled == law::Truth::yes       ? "rm-link rm-link--due"
                                                                                   : "rm-link";
    out_ << "<li"_html;
    out_.attribute("class"_html, side).attribute("id"_html, info.id)
        << "><div class=\"rm-link__head\"><h3 class=\"govuk-heading-s rm-link__title\" dir=\"auto\">"_html
        << app_.translated(m_.language(), info.id, info.title) << "</h3>"_html;
    tag(out_, m_.under("status", law::status_code(link.outcome)),
        link.outcome.entitled == law::Truth::yes  ? "green"
        : link.outcome.entitled == law::Truth::no ? "grey"
                                                  : "yellow");
    if (link.outcome.entitled == law::Truth::yes) {
      out_ << " "_html;
      tag(out_, m_.under("progress", casework::code(link.progress)), progress_colour(link.progress));
    }
    if (info.force != law::Force::must) {
      out_ << " "_html;
      tag(out_, m_.under("force", law::code(info.force)), "purple");
    }
    out_ << "</div>"_html;
    if (!info.plain.empty())
      out_ << "<p class=\"govuk-body rm-isolate govuk-!-margin-bottom-2\" dir=\"auto\">"_html
           << app_.translated(m_.language(), info.id + "/plain", info.plain) << "</p>"_html;
    summary(link, info);
    explanation(link, info);
    out_ << "</li>"_html;
  }

  /// One line: who must act, and the days that matter.
  void summary(const casework::Link& link, const law::EntitlementInfo& info) {
    out_ << "<p class=\"govuk-body-s rm-link__facts govuk-!-margin-bottom-1\"><bdi dir=\"ltr\">"_html
         << base::code(info.measure) << "</bdi> · <bdi>"_html << info.duty_bearer << "</bdi>"_html;
    const auto say = [&](std::string_view key, const std::string& text) {
      out_ << " · "_html << m_(key) << " <strong>"_html << text << "</strong>"_html;
    };
    if (link.due) say("due_on", m_.day(*link.due));
    if (link.outcome.has_period) {
      if (const auto end = link.outcome.end.date())
        say("ends", m_.day(*end));
      else if (const auto least = link.outcome.end.not_before())
        say("ends_not_before", m_.day(*least));
    }
    if (link.awarded) say("awarded", link.awarded->str());
    if (link.paid) say("paid", link.paid->str());
    out_ << "</p>"_html;
  }

  void details(const casework::Link& link, const law::EntitlementInfo& info) {
    out_ << "<dl class=\"govuk-body-s rm-link__facts\">"_html;
    pair(out_, m_("measure"),
         fmt::format("{} {}", base::code(info.measure), m_.under("measure", base::code(info.measure))));
    pair(out_, m_("component"), m_.under("component", base::code(info.component)));
    pair(out_, m_("duty_bearer"), info.duty_bearer);
    if (link.outcome.has_period) {
      if (const auto start = link.outcome.start.date()) pair(out_, m_("starts"), m_.day(*start));
      if (const auto end = link.outcome.end.date())
        pair(out_, m_("ends"), m_.day(*end));
      else if (const auto least = link.outcome.end.not_before())
        pair(out_, m_("ends_not_before"), m_.day(*least));
    }
    if (link.due) pair(out_, m_("due_on"), m_.day(*link.due));
    if (link.delivered_on) pair(out_, m_("delivered_on"), m_.day(*link.delivered_on));
    if (link.awarded) pair(out_, m_("awarded"), link.awarded->str());
    if (link.paid) pair(out_, m_("paid"), link.paid->str());
    if (link.outcome.conflict) pair(out_, m_("conflict"), m_("conflict_text"));
    std::string cites;
    for (const auto id : info.provisions) {
      const auto& provision = view_.law->provision(id);
      cites += fmt::format("{}{}, {} [{}]", cites.empty() ? "" : "; ", provision.instrument, provision.cite,
                           m_.under("confidence", law::code(provision.confidence)));
    }
    pair(out_, m_("provision"), cites);
    out_ << "</dl>"_html;
  }

  void explanation(const casework::Link& link, const law::EntitlementInfo& info) {
    const auto explanation = view_.law->explain(link.entitlement, view_.facts, view_.on);
    if (link.outcome.entitled == law::Truth::unknown && !explanation.missing.empty()) {
      out_ << "<p class=\"govuk-body govuk-!-margin-top-3 govuk-!-margin-bottom-1\"><strong>"_html << m_("would_settle")
           << "</strong></p><ul class=\"govuk-list govuk-list--bullet\">"_html;
      const bool may_answer = std::ranges::any_of(view_.acts, [](const auto* act) { return act->resource == "facts"; });
      for (const auto fact : explanation.missing) {
        const auto& definition = view_.law->schema()[fact];
        out_ << "<li>"_html;
        if (may_answer) {
          out_ << "<a class=\"govuk-link\""_html;
          out_.attribute("href"_html, fmt::format("/cases/{}/acts/facts?fact={}", view_.row.id.str(), definition.name))
              << ">"_html << app_.translated(m_.language(), "fact/" + definition.name, definition.question)
              << "</a>"_html;
        } else {
          out_ << app_.translated(m_.language(), "fact/" + definition.name, definition.question);
        }
        out_ << "</li>"_html;
      }
      out_ << "</ul>"_html;
    }
    out_
        << "<details class=\"govuk-details govuk-!-margin-top-3 govuk-!-margin-bottom-0\"><summary class=\"govuk-details__summary\"><span class=\"govuk-details__summary-text\">"_html
        << m_("why") << "<span class=\"govuk-visually-hidden\"> – "_html << info.title
        << "</span></span></summary><div class=\"govuk-details__text\">"_html;
    details(link, info);
    out_ << "<ul class=\"rm-reasons govuk-body-s\" lang=\"en\" dir=\"ltr\">"_html;
    reason_tree(out_, m_, *view_.law, explanation.root);
    out_ << "</ul></div></details>"_html;
  }

  Writer& out_;
  const Messages& m_;
  const Context& context_;
  const app::App& app_;
  const app::CaseView& view_;
};

void safe_contact(Writer& out, const Messages& m, const app::CaseView& view) {
  const auto* contact = view.state.last("first-contacts");
  if (contact == nullptr || !view.classes.has(base::DataClass::contact)) return;
  const auto& record = contact->record;
  out << "<section class=\"rm-safe\" aria-labelledby=\"safe-title\"><h2 class=\"govuk-heading-s govuk-!-margin-bottom-1\" id=\"safe-title\">"_html
      << m("safe_title") << "</h2><p class=\"govuk-body\">"_html << m("safe_channel") << " <strong>"_html
      << (record.has("safe_contact_channel") ? m.under("code", record.text("safe_contact_channel")) : m("not_recorded"))
      << "</strong> "_html << record.text("safe_contact_address") << " "_html << record.text("safe_contact_times")
      << "</p>"_html;
  if (!record.list("never_contact_by").empty()) {
    out << "<p class=\"govuk-body\">"_html << m("safe_never") << " <strong>"_html;
    bool first = true;
    for (const auto& channel : record.list("never_contact_by")) {
      if (!first) out << ", "_html;
      out << m.under("code", channel);
      first = false;
    }
    out << "</strong></p>"_html;
  }
  if (record.has("code_word"))
    out << "<p class=\"govuk-body\">"_html << m("safe_word") << " <strong>"_html << record.text("code_word")
        << "</strong></p>"_html;
  out << "<p class=\"govuk-body govuk-!-margin-bottom-0\">"_html << m("safe_language") << " <strong>"_html
      << m.language_name(record.text("language")) << "</strong>"_html;
  if (record.boolean("interpreter_needed").value_or(false))
    out << " – "_html << m("safe_interpreter") << " "_html << m.language_name(record.text("interpreter_language"));
  out << "</p></section>"_html;
}

}  // namespace

std::string sign_in_page(const Context& context, const std::optional<base::Error>& error, std::string_view login) {
  const auto& m = context.messages;
  Writer out;
  if (error) error_summary(out, m, *error, "login");
  out << "<h1 class=\"govuk-heading-l\">"_html << m("sign_in")
      << "</h1><form method=\"post\" action=\"/sign-in\" novalidate>"_html;
  input(out, m, "login", m("login"), "", login, "text", false, "", "username");
  input(out, m, "password", m("password"), "", "", "password", false, "", "current-password");
  input(out, m, "code", m("second_factor"), m("second_factor_hint"), "", "text", false, "", "one-time-code");
  button(out, m("sign_in"));
  out << "</form><p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/rights\">"_html << m("rights_link")
      << "</a></p>"_html;
  return page(context, m("sign_in"), out.take());
}

std::string cases_page(const Context& context, const app::CaseListing& listing,
                       const std::map<std::string, std::string, std::less<>>& filter,
                       const std::optional<base::Error>& error) {
  const auto& m = context.messages;
  const auto chosen = [&](std::string_view name) {
    const auto found = filter.find(name);
    return found == filter.end() ? std::string_view{} : std::string_view(found->second);
  };
  Writer out;
  if (error) error_summary(out, m, *error, "");
  out << "<h1 class=\"govuk-heading-l\">"_html << m("cases") << "</h1>"_html;
  if (context.caller &&
      (context.caller->role == access::Role::case_manager || context.caller->role == access::Role::first_responder)) {
    out << "<a class=\"govuk-button\" role=\"button\" href=\"/cases/new\">"_html << m("new_case") << "</a>"_html;
  }
  out << "<form method=\"get\" action=\"/cases\"><div class=\"govuk-grid-row\"><div class=\"govuk-grid-column-one-third\">"_html;
  input(out, m, "name", m("search_name"), "", chosen("name"), "search", false, "");
  out << "</div><div class=\"govuk-grid-column-one-third\">"_html;
  std::vector<Choice> stages;
  for (const auto* stage : {"presumed", "reasonable_grounds", "conclusive", "negative", "closed"})
    stages.push_back({stage, std::string(m.under("code", stage))});
  select(out, "stage", m("field.stage"), stages, chosen("stage"), false, "");
  out << "</div><div class=\"govuk-grid-column-one-third\">"_html;
  std::vector<Choice> ages;
  for (const auto* age : {"adult", "child", "not_sure"}) ages.push_back({age, std::string(m.under("code", age))});
  select(out, "age", m("field.age_statement"), ages, chosen("age"), false, "");
  out << "</div></div>"_html;
  checkboxes(out, "late", m("only_late"), {{"true", std::string(m("late_only"))}}, {chosen("late")}, false, "");
  button(out, m("filter"), "secondary");
  out << "</form>"_html;
  if (!listing.index_ready) out << "<p class=\"govuk-inset-text\">"_html << m("names_loading") << "</p>"_html;
  if (listing.items.empty()) {
    out << "<p class=\"govuk-body\">"_html << m("no_cases") << "</p>"_html;
  } else {
    out << "<table class=\"govuk-table rm-rows\"><caption class=\"govuk-table__caption govuk-visually-hidden\">"_html
        << m("cases") << "</caption><thead><tr>"_html;
    for (const auto* key :
         {"reference", "field.stage", "field.age_statement", "gap_title", "gap_late", "next_due", "opened"})
      out << "<th scope=\"col\" class=\"govuk-table__header\">"_html << m(key) << "</th>"_html;
    out << "</tr></thead><tbody>"_html;
    for (const auto& item : listing.items) {
      const auto& row = item.row;
      out << "<tr class=\"govuk-table__row\"><th scope=\"row\" class=\"govuk-table__header\"><a class=\"govuk-link\""_html;
      out.attribute("href"_html, "/cases/" + row.id.str()) << ">"_html << row.reference << "</a>"_html;
      if (!item.name.empty()) out << "<br><bdi>"_html << item.name << "</bdi>"_html;
      out << "</th>"_html;
      cell(out, m("field.stage"));
      tag(out, m.under("code", row.stage), stage_colour(row.stage));
      out << "</td>"_html;
      cell(out, m("field.age_statement"));
      out << m.under("code", row.age) << "</td>"_html;
      cell(out, m("gap_title"));
      out << (row.owed - row.delivered) << " / "_html << row.owed << "</td>"_html;
      cell(out, m("gap_late"));
      out << row.late << "</td>"_html;
      cell(out, m("next_due"));
      out << (row.next_due ? m.day(*row.next_due) : std::string("–")) << "</td>"_html;
      cell(out, m("opened"));
      out << m.day(row.opened_on) << "</td></tr>"_html;
    }
    out << "</tbody></table>"_html;
  }
  if (!listing.next_cursor.empty()) {
    std::string url = "/cases?cursor=" + listing.next_cursor;
    for (const auto* name : {"stage", "age", "late"}) {
      if (!chosen(name).empty()) url += fmt::format("&{}={}", name, chosen(name));
    }
    out << "<nav class=\"govuk-pagination\""_html;
    out.attribute("aria-label"_html, m("pages"))
        << "><div class=\"govuk-pagination__next\"><a class=\"govuk-link govuk-pagination__link\" rel=\"next\""_html;
    out.attribute("href"_html, url) << "><span class=\"govuk-pagination__link-title\">"_html << m("next_page")
                                    << "</span></a></div></nav>"_html;
  }
  return page(context, m("cases"), out.take(), true);
}

std::string case_page(const Context& context, const app::App& app, const app::CaseView& view) {
  const auto& m = context.messages;
  Writer out;
  back_link(out, "/cases", m("cases"));
  out << "<span class=\"govuk-caption-l\">"_html << "<bdi>"_html << view.row.reference << "</bdi> · <bdi>"_html
      << view.law->title() << "</bdi> · "_html << m("law_on", {{"day", m.day(view.on)}})
      << "</span><h1 class=\"govuk-heading-l govuk-!-margin-bottom-2\"><bdi>"_html
      << (view.state.name().empty() ? std::string_view(view.row.reference) : view.state.name())
      << "</bdi></h1><p class=\"govuk-body\">"_html;
  tag(out, m.under("code", view.row.stage), stage_colour(view.row.stage));
  out << " "_html;
  tag(out, m.under("code", view.row.age), "grey");
  out << "</p>"_html;
  if (!view.law->reviewed()) out << "<p class=\"govuk-inset-text\">"_html << m("not_reviewed") << "</p>"_html;
  safe_contact(out, m, view);
  gap(out, m, view.chain);
  out << "<div class=\"govuk-grid-row\"><div class=\"govuk-grid-column-two-thirds\">"_html;
  ChainWriter(out, context, app, view).write();
  out << "</div><div class=\"govuk-grid-column-one-third rm-noprint\"><nav aria-labelledby=\"acts-title\"><h2 class=\"govuk-heading-m\" id=\"acts-title\">"_html
      << m("record_title") << "</h2><ul class=\"govuk-list\">"_html;
  for (const auto* act : view.acts) {
    out << "<li><a class=\"govuk-link\""_html;
    out.attribute("href"_html, fmt::format("/cases/{}/acts/{}", view.row.id.str(), act->resource))
        << ">"_html << m.under("act", act->resource) << "</a></li>"_html;
  }
  out << "</ul><h2 class=\"govuk-heading-m\">"_html << m("look_title") << "</h2><ul class=\"govuk-list\">"_html;
  for (const auto* name : {"timeline", "journal", "hold-card"}) {
    out << "<li><a class=\"govuk-link\""_html;
    out.attribute("href"_html, fmt::format("/cases/{}/{}", view.row.id.str(), name))
        << ">"_html << m.under("page", name) << "</a></li>"_html;
  }
  out << "</ul></nav></div></div>"_html;
  return page(context, view.row.reference, out.take(), true);
}

namespace {

void field_list(Writer& out, const Messages& m, std::string_view json) {
  const auto document = base::parse_json(json);
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr || object->empty()) return;
  out << "<dl class=\"govuk-body-s rm-link__facts\">"_html;
  const auto text_of = [&](const boost::json::value& value) -> std::string {
    if (value.is_string()) return std::string(m.under("code", std::string_view(value.get_string())));
    if (value.is_bool()) return std::string(value.get_bool() ? m("yes") : m("no"));
    if (value.is_object())
      return std::string(value.at("amount").as_string()) + " " + std::string(value.at("currency").as_string());
    return {};
  };
  for (const auto& member : *object) {
    std::string text;
    if (const auto* list = member.value().if_array()) {
      for (const auto& item : *list) text += (text.empty() ? "" : ", ") + text_of(item);
    } else {
      text = text_of(member.value());
    }
    pair(out, m.under("field", member.key()), text);
  }
  out << "</dl>"_html;
}

}  // namespace

std::string timeline_page(const Context& context, const base::CaseId& id, std::string_view reference,
                          const std::vector<app::TimelineItem>& items) {
  const auto& m = context.messages;
  Writer out;
  back_link(out, "/cases/" + id.str(), reference);
  out << "<h1 class=\"govuk-heading-l\">"_html << m("page.timeline") << "</h1><ol class=\"rm-chain\">"_html;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    out << "<li class=\"rm-link\"><h2 class=\"govuk-heading-s govuk-!-margin-bottom-1\">"_html
        << m.day(item->happened_on) << " · "_html << m.under("act", item->resource)
        << "</h2><p class=\"govuk-body-s govuk-!-margin-bottom-1\">"_html
        << m("recorded_by",
             {{"official", item->official_name}, {"agency", item->agency_name}, {"at", m.moment(item->recorded_at)}})
        << "</p>"_html;
    field_list(out, m, item->fields_json);
    out << "</li>"_html;
  }
  out << "</ol>"_html;
  return page(context, m("page.timeline"), out.take());
}

std::string journal_page(const Context& context, const base::CaseId& id, std::string_view reference,
                         const std::vector<app::JournalItem>& items) {
  const auto& m = context.messages;
  Writer out;
  back_link(out, "/cases/" + id.str(), reference);
  out << "<h1 class=\"govuk-heading-l\">"_html << m("page.journal") << "</h1><p class=\"govuk-body\">"_html
      << m("journal_intro")
      << "</p><table class=\"govuk-table rm-rows\"><caption class=\"govuk-table__caption govuk-visually-hidden\">"_html
      << m("page.journal") << "</caption><thead><tr>"_html;
  for (const auto* key : {"entry", "when", "who", "what", "purpose", "classes"})
    out << "<th scope=\"col\" class=\"govuk-table__header\">"_html << m(key) << "</th>"_html;
  out << "</tr></thead><tbody>"_html;
  for (const auto& item : items) {
    const auto document = base::parse_json(item.data);
    const auto* entry = document ? document->if_object() : nullptr;
    if (entry == nullptr) continue;
    const auto text = [&](std::string_view key) {
      const auto* value = entry->if_contains(key);
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    std::string classes;
    if (const auto* list = entry->if_contains("classes"); list != nullptr && list->is_array()) {
      for (const auto& one : list->get_array())
        classes += (classes.empty() ? "" : ", ") + std::string(m.under("code", std::string_view(one.as_string())));
    }
    auto action = text("action");
    std::string what;
    if (action.starts_with("act."))
      what = std::string(m.under("act", std::string_view(action).substr(4)));
    else if (action.starts_with("refused."))
      what = fmt::format("{} {} ({})", m("refused_act"), m.under("act", std::string_view(action).substr(8)),
                         text("reason"));
    else
      what = std::string(m.under("action", action));
    out << "<tr class=\"govuk-table__row\">"_html;
    cell(out, m("entry"));
    out << static_cast<std::int64_t>(item.index) << "</td>"_html;
    cell(out, m("when"));
    const auto at = base::Instant::parse(text("at"));
    out << (at ? m.moment(*at) : text("at")) << "</td>"_html;
    cell(out, m("who"));
    out << "<span>"_html << item.official_name << "<br>"_html << item.agency_name << "</span></td>"_html;
    cell(out, m("what"));
    out << what << "</td>"_html;
    cell(out, m("purpose"));
    out << m.under("code", text("purpose")) << "</td>"_html;
    cell(out, m("classes"));
    out << classes << "</td></tr>"_html;
  }
  out << "</tbody></table>"_html;
  return page(context, m("page.journal"), out.take(), true);
}

std::string hold_check_page(const Context& context, const std::optional<app::HoldAnswer>& answer,
                            const std::optional<base::Error>& error, std::string_view typed) {
  const auto& m = context.messages;
  Writer out;
  if (error) error_summary(out, m, *error, "code");
  if (answer) {
    static constexpr std::string_view codes[] = {"yes", "no", "ask"};
    const auto code = codes[static_cast<std::size_t>(answer->barred)];
    out << "<section role=\"status\""_html;
    out.attribute("class"_html, fmt::format("rm-answer rm-answer--{}", code))
        << "><h1 class=\"govuk-heading-xl\">"_html << m.under("hold", code) << "</h1>"_html;
    if (answer->until)
      out << "<p class=\"govuk-body-l\">"_html
          << m(answer->until_is_minimum ? "hold_until_least" : "hold_until", {{"day", m.day(*answer->until)}})
          << "</p>"_html;
    out << "<p class=\"govuk-body\">"_html << m("hold_as_of", {{"at", m.moment(answer->as_of)}}) << "</p>"_html;
    if (!answer->issued_by.empty())
      out << "<p class=\"govuk-body govuk-!-margin-bottom-0\">"_html
          << m("hold_issued_by", {{"authority", answer->issued_by}}) << "</p>"_html;
    out << "</section><p class=\"govuk-body-l\">"_html << m.under("hold_next", code)
        << "</p><details class=\"govuk-details\"><summary class=\"govuk-details__summary\"><span class=\"govuk-details__summary-text\">"_html
        << m("hold_signature") << "</span></summary><div class=\"govuk-details__text rm-signature\" dir=\"ltr\">"_html
        << answer->signed_text << "<br>Ed25519 "_html << answer->signature << "</div></details>"_html;
  }
  out << (answer ? "<h2 class=\"govuk-heading-m\">"_html : "<h1 class=\"govuk-heading-l\">"_html) << m("hold_title")
      << (answer ? "</h2>"_html : "</h1>"_html) << "<form method=\"post\" action=\"/hold-check\" novalidate>"_html;
  form_token(out, context);
  const bool wrong = error.has_value();
  input(out, m, "code", m("hold_code"), m("hold_code_hint"), typed, "text", wrong,
        wrong ? std::string_view(error->message) : std::string_view{});
  button(out, m("hold_ask"));
  out << "</form>"_html;
  return page(context, m("hold_title"), out.take());
}

std::string hold_card_page(const Context& context, std::string_view code, std::string_view back) {
  const auto& m = context.messages;
  Writer out;
  back_link(out, back, m("back"));
  out << "<h1 class=\"govuk-heading-l\">"_html << m("page.hold-card")
      << "</h1><div class=\"rm-card\"><p class=\"govuk-body\">"_html << m("card_text")
      << "</p><p class=\"rm-code\" dir=\"ltr\" id=\"hold-code\">"_html << code
      << "</p><p class=\"govuk-body govuk-!-margin-bottom-0\">"_html << m("card_reveals")
      << "</p></div><p class=\"govuk-body govuk-!-margin-top-4\">"_html << m("card_print") << "</p>"_html;
  return page(context, m("page.hold-card"), out.take());
}

std::string rights_page(const Context& context, std::string_view notice) {
  const auto& m = context.messages;
  Writer out;
  bool in_list = false;
  std::string title(m("rights_link"));
  const auto end_list = [&] {
    if (in_list) out << "</ul>"_html;
    in_list = false;
  };
  bool first = true;
  while (!notice.empty()) {
    const auto end = notice.find('\n');
    const auto line = notice.substr(0, end);
    notice = end == std::string_view::npos ? std::string_view{} : notice.substr(end + 1);
    if (line.empty() || line.starts_with("review:")) continue;
    if (line.starts_with("# ")) {
      end_list();
      if (first)
        out << "<h1 class=\"govuk-heading-l\">"_html << line.substr(2) << "</h1>"_html;
      else
        out << "<h2 class=\"govuk-heading-m\">"_html << line.substr(2) << "</h2>"_html;
      if (first) title = line.substr(2);
      first = false;
    } else if (line.starts_with("- ")) {
      if (!in_list) out << "<ul class=\"govuk-list govuk-list--bullet\">"_html;
      in_list = true;
      out << "<li>"_html << line.substr(2) << "</li>"_html;
    } else {
      end_list();
      out << "<p class=\"govuk-body\">"_html << line << "</p>"_html;
    }
  }
  end_list();
  return page(context, title, out.take());
}

std::string message_page(const Context& context, std::string_view title_key, std::string_view body_key, int) {
  const auto& m = context.messages;
  Writer out;
  out << "<h1 class=\"govuk-heading-l\">"_html << m(title_key) << "</h1><p class=\"govuk-body\">"_html << m(body_key)
      << "</p><p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/\">"_html << m("home") << "</a></p>"_html;
  return page(context, m(title_key), out.take());
}

std::string error_page(const Context& context, const base::Error& error) {
  const auto& m = context.messages;
  Writer out;
  out << "<h1 class=\"govuk-heading-l\">"_html
      << (error.kind == base::ErrorKind::not_found ? m("not_found_title") : m("problem_title")) << "</h1>"_html;
  error_summary(out, m, error, "");
  out << "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/\">"_html << m("home") << "</a></p>"_html;
  return page(context, m("problem_title"), out.take());
}

}  // namespace remedium::pages
