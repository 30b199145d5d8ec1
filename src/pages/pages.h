// The pages: pure functions from data and words to HTML. Each answers one question.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/app.h"
#include "base/error.h"
#include "casework/act.h"
#include "pages/messages.h"

namespace remedium::pages {

/// What every page needs.
struct Context {
  const Messages& messages;
  std::optional<app::Caller> caller;
  std::string path;  ///< of this page, for the language switch
};

/// What somebody typed into a form, kept when it comes back with an error. A list field has several values.
using Typed = std::multimap<std::string, std::string, std::less<>>;

[[nodiscard]] std::string sign_in_page(const Context& context, const std::optional<base::Error>& error,
                                       std::string_view login);
[[nodiscard]] std::string cases_page(const Context& context, const app::CaseListing& listing,
                                     const std::map<std::string, std::string, std::less<>>& filter,
                                     const std::optional<base::Error>& error);
[[nodiscard]] std::string case_page(const Context& context, const app::App& app, const app::CaseView& view);
/// The form of one act, made from its description. `id` nil: a first contact that opens a case.
[[nodiscard]] std::string act_page(const Context& context, const casework::Act& act, const base::CaseId& id,
                                   std::string_view reference, const Typed& typed,
                                   const std::optional<base::Error>& error, std::string_view idempotency_key,
                                   const app::CaseView* view);
[[nodiscard]] std::string timeline_page(const Context& context, const base::CaseId& id, std::string_view reference,
                                        const std::vector<app::TimelineItem>& items);
[[nodiscard]] std::string journal_page(const Context& context, const base::CaseId& id, std::string_view reference,
                                       const std::vector<app::JournalItem>& items);
[[nodiscard]] std::string hold_check_page(const Context& context, const std::optional<app::HoldAnswer>& answer,
                                          const std::optional<base::Error>& error, std::string_view typed);
[[nodiscard]] std::string hold_card_page(const Context& context, std::string_view code, std::string_view back);
/// `notice`: lines; "# " a heading, "- " an item, others paragraphs.
[[nodiscard]] std::string rights_page(const Context& context, std::string_view notice);
[[nodiscard]] std::string message_page(const Context& context, std::string_view title_key, std::string_view body_key,
                                       int status);
[[nodiscard]] std::string error_page(const Context& context, const base::Error& error);

/// A typed form as the JSON that the same act takes over the API.
[[nodiscard]] std::string typed_json(const casework::Act& act, const Typed& typed);

}  // namespace remedium::pages
