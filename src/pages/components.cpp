#include "pages/components.h"

#include <fmt/format.h>

#include <algorithm>

namespace remedium::pages {

std::string page(const Context& context, std::string_view title, const Html& body, bool wide) {
  const auto& m = context.messages;
  Writer out;
  out << "<!DOCTYPE html><html class=\"govuk-template\""_html;
  out.attribute("lang"_html, m.language()).attribute("dir"_html, m.right_to_left() ? "rtl" : "ltr");
  out << "><head><meta charset=\"utf-8\"><title>"_html << title
      << " – Remedium</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">"_html
      << "<meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"data:,\">"_html
      << "<link rel=\"stylesheet\""_html;
  out.attribute("href"_html, m.right_to_left() ? "/assets/rtl.css" : "/assets/ltr.css");
  out << "></head><body class=\"govuk-template__body\"><a href=\"#main-content\" class=\"govuk-skip-link\">"_html
      << m("skip") << "</a><header class=\"rm-header\"><div class=\"govuk-width-container rm-header__row\">"_html;
  out << "<a class=\"rm-header__name\" href=\"/\">Remedium</a>"_html;
  if (context.caller) {
    out << "<span>"_html << context.caller->name << "</span>"_html;
    out << "<form method=\"post\" action=\"/sign-out\">"_html;
    form_token(out, context);
    out << "<button class=\"rm-linkbutton\">"_html << m("sign_out") << "</button></form>"_html;
  }
  out << "<a"_html;
  out.attribute("href"_html, fmt::format("/language?to={}&back={}", m.right_to_left() ? "en" : "ar", context.path))
      .attribute("lang"_html, m.right_to_left() ? "en" : "ar");
  out << ">"_html << (m.right_to_left() ? "English" : "العربية") << "</a></div></header>"_html;
  if (m.review_needed())
    out << "<aside class=\"rm-review\"><div class=\"govuk-width-container govuk-body-s govuk-!-margin-bottom-0\">"_html
        << m("review_note") << "</div></aside>"_html;
  out << "<div class=\"govuk-width-container\"><div class=\"rm-exit\"><a class=\"govuk-button govuk-button--warning\" role=\"button\" data-quick-exit href=\"https://www.wikipedia.org/\" rel=\"noreferrer\">"_html
      << m("quick_exit")
      << "</a></div><main class=\"govuk-main-wrapper govuk-!-padding-top-2\" id=\"main-content\" tabindex=\"-1\">"_html;
  if (!wide) out << "<div class=\"govuk-grid-row\"><div class=\"govuk-grid-column-two-thirds\">"_html;
  out << body;
  if (!wide) out << "</div></div>"_html;
  out << "</main></div><script src=\"/assets/main.js\" type=\"module\"></script></body></html>"_html;
  return out.take_string();
}

void form_token(Writer& out, const Context& context) {
  if (!context.caller) return;
  out << "<input type=\"hidden\" name=\"form_token\""_html;
  out.attribute("value"_html, context.caller->form_token) << ">"_html;
}

void back_link(Writer& out, std::string_view url, std::string_view text) {
  out << "<a class=\"govuk-back-link\""_html;
  out.attribute("href"_html, url) << ">"_html << text << "</a>"_html;
}

void error_summary(Writer& out, const Messages& messages, const base::Error& error, std::string_view target) {
  out << "<div class=\"govuk-error-summary\"><div role=\"alert\"><h2 class=\"govuk-error-summary__title\">"_html
      << messages("problem_title")
      << "</h2><div class=\"govuk-error-summary__body\"><ul class=\"govuk-list govuk-error-summary__list\"><li>"_html;
  if (target.empty()) {
    out << "<p class=\"govuk-error-message govuk-!-margin-bottom-1\">"_html << error.message << "</p>"_html;
  } else {
    out << "<a"_html;
    out.attribute("href"_html, "#" + std::string(target)) << ">"_html << error.message << "</a>"_html;
  }
  out << "</li></ul><p class=\"govuk-body govuk-!-margin-bottom-1\">"_html << error.next << "</p>"_html;
  if (!error.rule.empty())
    out << "<p class=\"govuk-body-s govuk-!-margin-bottom-0\">"_html << messages("rule") << " "_html << error.rule
        << "</p>"_html;
  out << "</div></div></div>"_html;
}

namespace {

void open_group(Writer& out, bool wrong) {
  if (wrong)
    out << "<div class=\"govuk-form-group govuk-form-group--error\">"_html;
  else
    out << "<div class=\"govuk-form-group\">"_html;
}

void label_and_hint(Writer& out, std::string_view name, std::string_view label, std::string_view hint, bool wrong,
                    std::string_view message) {
  out << "<label class=\"govuk-label\""_html;
  out.attribute("for"_html, name) << ">"_html << label << "</label>"_html;
  if (!hint.empty()) {
    out << "<div class=\"govuk-hint\""_html;
    out.attribute("id"_html, std::string(name) + "-hint") << ">"_html << hint << "</div>"_html;
  }
  if (wrong) {
    out << "<p class=\"govuk-error-message\""_html;
    out.attribute("id"_html, std::string(name) + "-error") << ">"_html << message << "</p>"_html;
  }
}

void described_by(Writer& out, std::string_view name, std::string_view hint, bool wrong) {
  std::string ids;
  if (!hint.empty()) ids = std::string(name) + "-hint";
  if (wrong) ids += (ids.empty() ? "" : " ") + std::string(name) + "-error";
  out.attribute_if("aria-describedby"_html, ids);
}

void open_fieldset(Writer& out, std::string_view name, std::string_view label, bool wrong, std::string_view message) {
  open_group(out, wrong);
  out << "<fieldset class=\"govuk-fieldset\""_html;
  if (wrong) out.attribute("aria-describedby"_html, std::string(name) + "-error");
  out << "><legend class=\"govuk-fieldset__legend\">"_html << label << "</legend>"_html;
  if (wrong) {
    out << "<p class=\"govuk-error-message\""_html;
    out.attribute("id"_html, std::string(name) + "-error") << ">"_html << message << "</p>"_html;
  }
}

}  // namespace

void input(Writer& out, const Messages&, std::string_view name, std::string_view label, std::string_view hint,
           std::string_view value, std::string_view type, bool wrong, std::string_view message,
           std::string_view autocomplete) {
  open_group(out, wrong);
  label_and_hint(out, name, label, hint, wrong, message);
  out << "<input"_html;
  out.attribute("class"_html, fmt::format("govuk-input{}{}", wrong ? " govuk-input--error" : "",
                                          type == "date" ? " govuk-input--width-10" : ""));
  out.attribute("id"_html, name)
      .attribute("name"_html, name)
      .attribute("type"_html, type)
      .attribute("autocomplete"_html, autocomplete)
      .attribute_if("value"_html, value);
  described_by(out, name, hint, wrong);
  out << "></div>"_html;
}

void textarea(Writer& out, std::string_view name, std::string_view label, std::string_view hint, std::string_view value,
              bool wrong, std::string_view message) {
  open_group(out, wrong);
  label_and_hint(out, name, label, hint, wrong, message);
  out << "<textarea rows=\"4\" autocomplete=\"off\""_html;
  out.attribute("class"_html, wrong ? "govuk-textarea govuk-textarea--error" : "govuk-textarea")
      .attribute("id"_html, name)
      .attribute("name"_html, name);
  described_by(out, name, hint, wrong);
  out << ">"_html << value << "</textarea></div>"_html;
}

void select(Writer& out, std::string_view name, std::string_view label, const std::vector<Choice>& choices,
            std::string_view chosen, bool wrong, std::string_view message) {
  open_group(out, wrong);
  label_and_hint(out, name, label, {}, wrong, message);
  out << "<select class=\"govuk-select\""_html;
  out.attribute("id"_html, name).attribute("name"_html, name);
  described_by(out, name, {}, wrong);
  out << "><option value=\"\"></option>"_html;
  for (const auto& choice : choices) {
    out << "<option"_html;
    out.attribute("value"_html, choice.value);
    if (choice.value == chosen) out << " selected"_html;
    out << ">"_html << choice.label << "</option>"_html;
  }
  out << "</select></div>"_html;
}

void radios(Writer& out, std::string_view name, std::string_view label, const std::vector<Choice>& choices,
            std::string_view chosen, bool wrong, std::string_view message) {
  open_fieldset(out, name, label, wrong, message);
  out << "<div class=\"govuk-radios govuk-radios--inline govuk-radios--small\">"_html;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const auto id = i == 0 ? std::string(name) : fmt::format("{}-{}", name, i + 1);
    out << "<div class=\"govuk-radios__item\"><input class=\"govuk-radios__input\" type=\"radio\""_html;
    out.attribute("id"_html, id).attribute("name"_html, name).attribute("value"_html, choices[i].value);
    if (choices[i].value == chosen) out << " checked"_html;
    out << "><label class=\"govuk-label govuk-radios__label\""_html;
    out.attribute("for"_html, id) << ">"_html << choices[i].label << "</label></div>"_html;
  }
  out << "</div></fieldset></div>"_html;
}

void checkboxes(Writer& out, std::string_view name, std::string_view label, const std::vector<Choice>& choices,
                const std::vector<std::string_view>& chosen, bool wrong, std::string_view message) {
  open_fieldset(out, name, label, wrong, message);
  out << "<div class=\"govuk-checkboxes govuk-checkboxes--small\">"_html;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const auto id = i == 0 ? std::string(name) : fmt::format("{}-{}", name, i + 1);
    out << "<div class=\"govuk-checkboxes__item\"><input class=\"govuk-checkboxes__input\" type=\"checkbox\""_html;
    out.attribute("id"_html, id).attribute("name"_html, name).attribute("value"_html, choices[i].value);
    if (std::ranges::find(chosen, choices[i].value) != chosen.end()) out << " checked"_html;
    out << "><label class=\"govuk-label govuk-checkboxes__label\""_html;
    out.attribute("for"_html, id) << ">"_html << choices[i].label << "</label></div>"_html;
  }
  out << "</div></fieldset></div>"_html;
}

void button(Writer& out, std::string_view text, std::string_view kind) {
  out << "<button type=\"submit\""_html;
  out.attribute("class"_html,
                kind.empty() ? std::string("govuk-button") : fmt::format("govuk-button govuk-button--{}", kind))
      << ">"_html << text << "</button>"_html;
}

void tag(Writer& out, std::string_view text, std::string_view colour) {
  out << "<strong"_html;
  out.attribute("class"_html,
                colour.empty() ? std::string("govuk-tag") : fmt::format("govuk-tag govuk-tag--{}", colour))
      << ">"_html << text << "</strong>"_html;
}

namespace {

/// One bar of the picture: its parts side by side, widths in the picture's own 600 units.
void bar(Writer& out, const casework::Gap& gap, int y, int height) {
  const int open = gap.owed - gap.delivered - gap.late;
  const int total = std::max(1, gap.owed + gap.unknown);
  int x = 0;
  const std::pair<std::string_view, int> parts[] = {{"rm-bar--delivered", gap.delivered},
                                                    {"rm-bar--late", gap.late},
                                                    {"rm-bar--open", open},
                                                    {"rm-bar--unknown", gap.unknown}};
  for (const auto& [name, count] : parts) {
    const int width = count * 600 / total;
    if (width <= 0) continue;
    out << "<rect"_html;
    out.attribute("class"_html, name)
        .attribute("x"_html, std::to_string(x))
        .attribute("y"_html, std::to_string(y))
        .attribute("width"_html, std::to_string(width - 2))
        .attribute("height"_html, std::to_string(height));
    out << "></rect>"_html;
    x += width;
  }
}

void legend(Writer& out, std::string_view name, std::string_view text, int count) {
  out << "<li><svg viewBox=\"0 0 14 14\" aria-hidden=\"true\" focusable=\"false\"><rect width=\"14\" height=\"14\""_html;
  out.attribute("class"_html, name) << "></rect></svg> "_html << text << " <strong>"_html << count
                                    << "</strong></li>"_html;
}

}  // namespace

void gap(Writer& out, const Messages& m, const casework::Chain& chain) {
  const auto& g = chain.gap;
  out << "<section class=\"rm-gap\" aria-labelledby=\"gap-title\"><div><h2 class=\"govuk-heading-s govuk-!-margin-bottom-1\" id=\"gap-title\">"_html
      << m("gap_title") << "</h2><p class=\"rm-gap__number govuk-!-margin-0\" id=\"gap-number\">"_html << g.open()
      << "</p><p class=\"govuk-body govuk-!-margin-bottom-0\">"_html
      << m("gap_of", {{"delivered", std::to_string(g.delivered)}, {"owed", std::to_string(g.owed)}})
      << "</p></div><div class=\"rm-gap__picture\"><svg viewBox=\"0 0 600 44\" role=\"img\" preserveAspectRatio=\"none\""_html;
  out.attribute("aria-label"_html, m("gap_picture", {{"delivered", std::to_string(g.delivered)},
                                                     {"owed", std::to_string(g.owed)},
                                                     {"late", std::to_string(g.late)},
                                                     {"unknown", std::to_string(g.unknown)}}))
      << ">"_html;
  bar(out, g, 0, 44);
  out << "</svg><ul class=\"rm-legend govuk-body-s\">"_html;
  legend(out, "rm-bar--delivered", m("gap_delivered"), g.delivered);
  legend(out, "rm-bar--late", m("gap_late"), g.late);
  legend(out, "rm-bar--open", m("gap_open"), g.owed - g.delivered - g.late);
  legend(out, "rm-bar--unknown", m("gap_unknown"), g.unknown);
  out << "</ul><details class=\"govuk-details govuk-!-margin-bottom-0 govuk-!-margin-top-2\"><summary class=\"govuk-details__summary\"><span class=\"govuk-details__summary-text\">"_html
      << m("gap_table")
      << "</span></summary><div class=\"govuk-details__text\"><table class=\"govuk-table\"><caption class=\"govuk-table__caption govuk-visually-hidden\">"_html
      << m("gap_table") << "</caption><thead class=\"govuk-table__head\"><tr>"_html;
  for (const auto* key : {"measure", "gap_owed", "gap_delivered", "gap_late", "gap_unknown"})
    out << "<th scope=\"col\" class=\"govuk-table__header\">"_html << m(key) << "</th>"_html;
  out << "</tr></thead><tbody>"_html;
  for (std::size_t i = 0; i < chain.by_measure.size(); ++i) {
    const auto& one = chain.by_measure[i];
    if (one.owed == 0 && one.unknown == 0) continue;
    out << "<tr class=\"govuk-table__row\"><th scope=\"row\" class=\"govuk-table__header\">"_html
        << "<bdi dir=\"ltr\">"_html << base::measure_codes[i] << "</bdi> "_html
        << m.under("measure", base::measure_codes[i]) << "</th><td class=\"govuk-table__cell\">"_html << one.owed
        << "</td><td class=\"govuk-table__cell\">"_html << one.delivered << "</td><td class=\"govuk-table__cell\">"_html
        << one.late << "</td><td class=\"govuk-table__cell\">"_html << one.unknown << "</td></tr>"_html;
  }
  out << "</tbody></table></div></details></div></section>"_html;
  for (const auto& money : chain.outstanding)
    out << "<p class=\"govuk-body\">"_html << m("outstanding", {{"money", money.str()}}) << "</p>"_html;
}

void reason_tree(Writer& out, const Messages& m, const law::LawSet& law, const law::Reason& reason) {
  out << "<li>"_html;
  tag(out, m.under("truth", law::code(reason.value)),
      reason.value == law::Truth::yes  ? "green"
      : reason.value == law::Truth::no ? "red"
                                       : "yellow");
  out << " "_html << reason.text;
  if (!reason.effect.empty()) out << " ("_html << m.under("effect", reason.effect) << ")"_html;
  if (reason.barrier) {
    out << " "_html;
    tag(out, m("barrier"), "purple");
  }
  for (const auto id : reason.provisions) {
    const auto& provision = law.provision(id);
    out << " <span class=\"govuk-hint govuk-!-margin-bottom-0\">"_html << provision.instrument << ", "_html
        << provision.cite << " ["_html << m.under("confidence", law::code(provision.confidence)) << "]</span>"_html;
  }
  if (!reason.children.empty()) {
    out << "<ul>"_html;
    for (const auto& child : reason.children) reason_tree(out, m, law, child);
    out << "</ul>"_html;
  }
  out << "</li>"_html;
}

}  // namespace remedium::pages
