// Components of the design system, as functions that write escaped HTML.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pages/html.h"
#include "pages/messages.h"
#include "pages/pages.h"

namespace remedium::pages {

using namespace literals;

struct Choice {
  std::string value;
  std::string label;
};

[[nodiscard]] std::string page(const Context& context, std::string_view title, const Html& body, bool wide = false);
void error_summary(Writer& out, const Messages& messages, const base::Error& error, std::string_view target);
void input(Writer& out, const Messages& messages, std::string_view name, std::string_view label, std::string_view hint,
           std::string_view value, std::string_view type, bool wrong, std::string_view message,
           std::string_view autocomplete = "off");
void textarea(Writer& out, std::string_view name, std::string_view label, std::string_view hint, std::string_view value,
              bool wrong, std::string_view message);
void select(Writer& out, std::string_view name, std::string_view label, const std::vector<Choice>& choices,
            std::string_view chosen, bool wrong, std::string_view message);
void radios(Writer& out, std::string_view name, std::string_view label, const std::vector<Choice>& choices,
            std::string_view chosen, bool wrong, std::string_view message);
void checkboxes(Writer& out, std::string_view name, std::string_view label, const std::vector<Choice>& choices,
                const std::vector<std::string_view>& chosen, bool wrong, std::string_view message);
void button(Writer& out, std::string_view text, std::string_view kind = {});
void tag(Writer& out, std::string_view text, std::string_view colour);
void form_token(Writer& out, const Context& context);
void back_link(Writer& out, std::string_view url, std::string_view text);
/// The remedy gap: a number, a bar, and its table.
void gap(Writer& out, const Messages& messages, const casework::Chain& chain);
void reason_tree(Writer& out, const Messages& messages, const law::LawSet& law, const law::Reason& reason);

}  // namespace remedium::pages
