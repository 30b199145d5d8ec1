// Code lists of casework. The words are those of the Protocol, HTCDS 2.0 and the OHCHR Principles; append only, the
// order is stored nowhere.
#pragma once

#include <array>
#include <string_view>

namespace remedium::casework {

template <std::size_t Size>
using Codes = std::array<std::string_view, Size>;

inline constexpr Codes<3> age_statements = {"adult", "child", "not_sure"};
inline constexpr Codes<4> sexes = {"female", "male", "other", "not_recorded"};
inline constexpr Codes<6> immigration_statuses = {"citizen",   "permanent",     "temporary",
                                                  "irregular", "asylum_seeker", "refugee"};
inline constexpr Codes<6> channels = {"none", "phone", "message", "email", "post", "through_agency"};
inline constexpr Codes<10> exploitation_forms = {
    "sexual_exploitation", "forced_labour",   "domestic_servitude", "slavery",  "criminal_activities", "begging",
    "organ_removal",       "forced_marriage", "illegal_adoption",   "surrogacy"};
inline constexpr Codes<7> purposes = {"assist",  "protect",    "legal_claim", "investigate",
                                      "reunify", "statistics", "audit"};
inline constexpr Codes<2> consent_decisions = {"given", "refused"};
inline constexpr Codes<2> consent_deciders = {"person", "guardian"};
inline constexpr Codes<3> child_views = {"agrees", "disagrees", "not_asked"};
inline constexpr Codes<4> fact_sources = {"person", "document", "authority", "other"};
inline constexpr Codes<3> decided_stages = {"reasonable_grounds", "conclusive", "negative"};
inline constexpr Codes<4> ways_heard = {"directly", "through_representative", "in_writing", "declined_by_child"};
inline constexpr Codes<3> weights = {"decisive", "considerable", "outweighed"};
inline constexpr Codes<6> best_interests_factors = {"safety", "views", "health", "family", "identity", "education"};
inline constexpr Codes<4> guardian_kinds = {"appointed_guardian", "independent_advocate", "parent", "authority"};
inline constexpr Codes<4> understanding_checks = {"teach_back", "questions", "written", "not_checked"};
inline constexpr Codes<5> protective_measures = {"pseudonym", "screen", "video_link", "closed_hearing",
                                                 "address_withheld"};
inline constexpr Codes<2> ordered_refused = {"ordered", "refused"};
inline constexpr Codes<2> granted_refused = {"granted", "refused"};
inline constexpr Codes<2> awarded_refused = {"awarded", "refused"};
inline constexpr Codes<4> permit_grounds = {"recovery", "compensation", "cooperation", "personal_situation"};
inline constexpr Codes<4> routes = {"criminal_order", "civil", "state_fund", "back_wages"};
inline constexpr Codes<7> heads_of_loss = {
    "unpaid_wages", "medical", "lost_opportunities", "moral_damage", "legal_costs", "housing_and_transport", "other"};
inline constexpr Codes<2> referral_bases = {"consent", "legal_duty"};
inline constexpr Codes<4> step_outcomes = {"delivered", "declined_by_person", "refused", "failed"};
inline constexpr Codes<3> assignment_roles = {"case_manager", "legal_representative", "competent_authority"};
inline constexpr Codes<4> closure_reasons = {"remedies_delivered", "person_left", "person_asked", "transferred"};
inline constexpr Codes<6> professions = {"police",           "border_guard",         "labour_inspector",
                                         "consular_officer", "immigration_official", "ngo_worker"};
inline constexpr Codes<9> data_classes = {"identity",    "location", "contact", "narrative", "health",
                                          "immigration", "legal",    "money",   "privileged"};

}  // namespace remedium::casework
