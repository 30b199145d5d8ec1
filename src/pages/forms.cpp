// The form of an act, made from its description; and what comes back from it as JSON.

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "casework/indicators.h"
#include "pages/components.h"

namespace remedium::pages {

namespace {

using casework::Field;
using casework::FieldType;

class ActForm {
 public:
  ActForm(Writer& out, const Context& context, const Typed& typed, const std::optional<base::Error>& error,
          const app::CaseView* view)
      : out_(out), m_(context.messages), typed_(typed), error_(error), view_(view) {}

  void field(const Field& field) {
    const std::string name(field.name);
    const bool wrong = error_ && (error_->field == name || error_->field.starts_with(name + "."));
    const std::string_view message = wrong ? std::string_view(error_->message) : std::string_view{};
    auto label = std::string(m_.under("field", name));
    if (!field.required) label += " " + std::string(m_("optional"));
    const auto hint_key = "hint." + name;
    const auto hint = m_.has(hint_key) ? m_(hint_key) : std::string_view{};
    switch (field.type) {
      case FieldType::text:
        input(out_, m_, name, label, hint, value(name), "text", wrong, message);
        break;
      case FieldType::long_text:
        textarea(out_, name, label, hint, value(name), wrong, message);
        break;
      case FieldType::language: {
        std::vector<Choice> choices;
        for (const auto& [code, language] : m_.languages()) choices.push_back({code, language});
        // A language that this list does not name stays chosen when it comes back.
        if (const auto typed = value(name);
            !typed.empty() && std::ranges::find(choices, typed, &Choice::value) == choices.end())
          choices.push_back({std::string(typed), std::string(typed)});
        select(out_, name, label, choices, value(name), wrong, message);
        break;
      }
      case FieldType::country:
        input(out_, m_, name, label, m_("hint.country"), value(name), "text", wrong, message);
        break;
      case FieldType::country_list:
        input(out_, m_, name, label, m_("hint.countries"), value(name), "text", wrong, message);
        break;
      case FieldType::integer:
        input(out_, m_, name, label, hint, value(name), "text", wrong, message);
        break;
      case FieldType::date:
        input(out_, m_, name, label, hint, value(name), "date", wrong, message);
        break;
      case FieldType::boolean:
        radios(out_, name, label, {{"true", std::string(m_("yes"))}, {"false", std::string(m_("no"))}}, value(name),
               wrong, message);
        break;
      case FieldType::code: {
        std::vector<Choice> choices;
        for (const auto code : field.codes) choices.push_back({std::string(code), std::string(m_.under("code", code))});
        if (choices.size() <= 4)
          radios(out_, name, label, choices, value(name), wrong, message);
        else
          select(out_, name, label, choices, value(name), wrong, message);
        break;
      }
      case FieldType::code_list:
        if (field.codes.size() > 60) return indicator_list(name, label, wrong, message);
        {
          std::vector<Choice> choices;
          for (const auto code : field.codes)
            choices.push_back({std::string(code), std::string(m_.under("code", code))});
          checkboxes(out_, name, label, choices, values(name), wrong, message);
        }
        break;
      case FieldType::money: {
        const bool amount_wrong = wrong && error_->field != name + ".currency";
        input(out_, m_, name + ".amount", label, m_("hint.amount"), value(name + ".amount"), "text", amount_wrong,
              message);
        input(out_, m_, name + ".currency", m_("currency"), m_("hint.currency"), value(name + ".currency"), "text",
              wrong && !amount_wrong, message);
        break;
      }
      case FieldType::entitlement:
        entitlement_choice(name, label, wrong, message);
        break;
    }
  }

 private:
  [[nodiscard]] std::string_view value(std::string_view name) const {
    const auto found = typed_.find(name);
    return found == typed_.end() ? std::string_view{} : std::string_view(found->second);
  }
  [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (auto [at, end] = typed_.equal_range(name); at != end; ++at) found.emplace_back(at->second);
    return found;
  }

  /// Indicators by list, folded; each with its strength in words. They support, they never decide.
  void indicator_list(const std::string& name, const std::string& label, bool wrong, std::string_view message) {
    out_ << "<h2 class=\"govuk-heading-m\">"_html << label << "</h2><p class=\"govuk-hint\">"_html
         << m_("hint.indicators") << "</p>"_html;
    if (wrong) out_ << "<p class=\"govuk-error-message\">"_html << message << "</p>"_html;
    std::vector<std::string_view> lists;
    for (const auto& indicator : casework::indicators()) {
      if (std::ranges::find(lists, indicator.list) == lists.end()) lists.push_back(indicator.list);
    }
    const auto chosen = values(name);
    for (const auto list : lists) {
      out_
          << "<details class=\"govuk-details\"><summary class=\"govuk-details__summary\"><span class=\"govuk-details__summary-text\">"_html
          << m_.under("indicators", list)
          << "</span></summary><div class=\"govuk-details__text\"><fieldset class=\"govuk-fieldset\"><legend class=\"govuk-visually-hidden\">"_html
          << m_.under("indicators", list) << "</legend><div class=\"govuk-checkboxes govuk-checkboxes--small\">"_html;
      for (const auto& indicator : casework::indicators()) {
        if (indicator.list != list) continue;
        const auto id = fmt::format("{}-{}", name, indicator.code);
        out_ << "<div class=\"govuk-checkboxes__item\"><input class=\"govuk-checkboxes__input\" type=\"checkbox\""_html;
        out_.attribute("id"_html, id).attribute("name"_html, name).attribute("value"_html, indicator.code);
        if (std::ranges::find(chosen, indicator.code) != chosen.end()) out_ << " checked"_html;
        out_ << "><label class=\"govuk-label govuk-checkboxes__label\" lang=\"en\" dir=\"ltr\""_html;
        out_.attribute("for"_html, id) << ">"_html << indicator.text;
        if (indicator.strength == "strong" || indicator.strength == "medium" || indicator.strength == "weak")
          out_ << " ("_html << m_.under("strength", indicator.strength) << ")"_html;
        out_ << "</label></div>"_html;
      }
      out_ << "</div></fieldset></div></details>"_html;
    }
  }

  void entitlement_choice(const std::string& name, const std::string& label, bool wrong, std::string_view message) {
    std::vector<Choice> choices;
    if (view_ != nullptr) {
      for (const auto& info : view_->law->entitlements()) {
        if (name == "scheme" && info.delivered_by != law::Delivery::award) continue;
        choices.push_back({info.id, info.title});
      }
    }
    select(out_, name, label, choices, value(name), wrong, message);
  }

  Writer& out_;
  const Messages& m_;
  const Typed& typed_;
  const std::optional<base::Error>& error_;
  const app::CaseView* view_;
};

}  // namespace

std::string act_page(const Context& context, const casework::Act& act, const base::CaseId& id,
                     std::string_view reference, const Typed& typed, const std::optional<base::Error>& error,
                     std::string_view idempotency_key, const app::CaseView* view) {
  const auto& m = context.messages;
  Writer out;
  const auto back = id.is_nil() ? std::string("/cases") : "/cases/" + id.str();
  back_link(out, back, m("back"));
  if (error) {
    const bool about_field = std::ranges::any_of(act.fields, [&](const Field& field) {
      return error->field == field.name || error->field.starts_with(std::string(field.name) + ".");
    });
    error_summary(out, m, *error, about_field ? std::string_view(error->field) : std::string_view{});
  }
  if (!reference.empty()) out << "<span class=\"govuk-caption-l\">"_html << reference << "</span>"_html;
  out << "<h1 class=\"govuk-heading-l\">"_html << m.under("act", act.resource) << "</h1>"_html;
  const auto intro = fmt::format("intro.{}", act.resource);
  if (m.has(intro)) out << "<p class=\"govuk-body\">"_html << m(intro) << "</p>"_html;
  const auto warning = fmt::format("warning.{}", act.resource);
  if (m.has(warning)) {
    out << "<div class=\"govuk-warning-text\"><span class=\"govuk-warning-text__icon\" aria-hidden=\"true\">!</span><strong class=\"govuk-warning-text__text\">"_html
        << m(warning) << "</strong></div>"_html;
  }
  if (id.is_nil()) {
    out << "<form method=\"post\" action=\"/declined\" class=\"govuk-inset-text\">"_html;
    form_token(out, context);
    out << "<p class=\"govuk-body\">"_html << m("declined_intro") << "</p>"_html;
    button(out, m("declined_button"), "secondary");
    out << "</form>"_html;
  }
  out << "<form method=\"post\" novalidate data-keep"_html;
  out.attribute("action"_html,
                id.is_nil() ? std::string("/cases/new") : fmt::format("/cases/{}/acts/{}", id.str(), act.resource))
      << ">"_html;
  form_token(out, context);
  out << "<input type=\"hidden\" name=\"idempotency_key\""_html;
  out.attribute("value"_html, idempotency_key) << ">"_html;
  ActForm form(out, context, typed, error, view);
  for (const auto& field : act.fields) form.field(field);
  const bool destroys = act.resource == "identification-refusals" || act.resource == "consent-withdrawals" ||
                        act.resource == "recovery-period-ends";
  button(out, m("record"), destroys ? "warning" : "");
  out << "</form>"_html;
  return page(context, m.under("act", act.resource), out.take());
}

std::string typed_json(const casework::Act& act, const Typed& typed) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  const auto first = [&](std::string_view name) {
    const auto found = typed.find(name);
    return found == typed.end() ? std::string() : found->second;
  };
  for (const auto& field : act.fields) {
    const std::string name(field.name);
    switch (field.type) {
      case FieldType::text:
      case FieldType::long_text:
      case FieldType::code:
      case FieldType::date:
      case FieldType::language:
      case FieldType::country:
      case FieldType::entitlement:
        if (const auto value = first(name); !value.empty()) json.field(name, value);
        break;
      case FieldType::boolean:
        if (const auto value = first(name); value == "true" || value == "false") json.field(name, value == "true");
        break;
      case FieldType::integer:
        if (const auto value = first(name); !value.empty())
          json.key(name).raw(
              value.size() < 18 && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; }) ? value
                                                                                                           : "\"?\"");
        break;
      case FieldType::code_list: {
        if (!typed.contains(name)) break;
        json.key(name).begin_array();
        for (auto [at, end] = typed.equal_range(name); at != end; ++at) json.string(at->second);
        json.end_array();
        break;
      }
      case FieldType::country_list: {
        const auto value = first(name);
        if (value.empty()) break;
        json.key(name).begin_array();
        std::string_view rest = value;
        while (!rest.empty()) {
          const auto end = rest.find_first_of(", ");
          if (const auto item = rest.substr(0, end); !item.empty()) json.string(item);
          rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
        json.end_array();
        break;
      }
      case FieldType::money:
        if (const auto amount = first(name + ".amount"); !amount.empty())
          json.key(name)
              .begin_object()
              .field("amount", amount)
              .field("currency", first(name + ".currency"))
              .end_object();
        break;
    }
  }
  json.end_object();
  return text;
}

}  // namespace remedium::pages
