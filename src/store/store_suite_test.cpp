// What every back end promises, said once.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "ledger/tree.h"
#include "store/store_test_support.h"

namespace remedium::store {
namespace {

struct BackEnd {
  const char* name;
  std::unique_ptr<Store> (*open)(const std::string& folder);
};
const BackEnd back_ends[] = {
    {"memory", [](const std::string&) { return open_memory(test_options()); }},
    {"sqlite", [](const std::string& folder) { return open_sqlite(folder, test_options()).value(); }},
};

class StoreSuite : public testing::TestWithParam<BackEnd> {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    store = GetParam().open(folder.path());
  }
  Folder folder;
  std::unique_ptr<Store> store;
  base::SeededRandom random{1};
};
INSTANTIATE_TEST_SUITE_P(Every, StoreSuite, testing::ValuesIn(back_ends),
                         [](const auto& back_end) { return std::string(back_end.param.name); });

TEST_P(StoreSuite, KeepsACaseItsEventsAndItsEntries) {
  auto change = new_case(random);
  change.row->next_due = base::Date(20'030);
  const auto row = *change.row;
  const auto event = change.events[0];
  const auto committed = store->commit(change);
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_EQ(committed->version, 1U);
  EXPECT_EQ(committed->first_entry, 0U);
  const auto found = store->find_case(row.id).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reference, row.reference);
  EXPECT_EQ(found->person, row.person);
  EXPECT_EQ(found->next_due, row.next_due);
  EXPECT_EQ(found->snapshot, row.snapshot);
  EXPECT_EQ(store->find_case_by_reference(row.reference).value()->id, row.id);
  EXPECT_FALSE(store->find_case_by_reference("R-0000-0000").value());
  EXPECT_FALSE(store->find_case(base::CaseId::draw(random)).value());
  const auto events = store->events(row.id, 0, 10).value();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(event_digest(events[0]), event_digest(event));
  EXPECT_EQ(store->count_cases().value(), 1U);
  const auto entries = store->ledger_of_case(row.id, 0, 10).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].data, ledger::serialise(change.entries[0], 0, committed->at));
}

TEST_P(StoreSuite, AConflictingChangeLeavesNoTraceAndNamesTheCurrentVersion) {
  auto change = new_case(random);
  const auto row = *change.row;
  ASSERT_TRUE(store->commit(std::move(change)));
  ASSERT_TRUE(store->commit(next_event(row, "second")));
  auto late = next_event(row, "decided on version 1");
  late.tallies.push_back({"t", "b", 1});
  const auto refused = store->commit(late);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "version_conflict");
  EXPECT_NE(refused.error().next.find('2'), std::string::npos);
  EXPECT_EQ(store->events(row.id, 0, 10)->size(), 2U);
  EXPECT_EQ(store->events(row.id, 1, 10)->front().body, bytes("second"));
  EXPECT_EQ(store->ledger_size().value(), 2U);
  EXPECT_TRUE(store->tallies("t")->empty());
}

TEST_P(StoreSuite, RefusesWhatWouldBreakItsTablesAndGoesOn) {
  auto first = new_case(random);
  const auto reference = first.row->reference;
  ASSERT_TRUE(store->commit(std::move(first)));
  auto twin = new_case(random);
  twin.row->reference = reference;
  EXPECT_EQ(store->commit(twin).error().code, "reference_taken");
  auto gap = new_case(random);
  gap.events[0].sequence = 3;
  EXPECT_EQ(store->commit(gap).error().code, "misshapen_change");
  auto silent = new_case(random);
  silent.entries.clear();
  EXPECT_EQ(store->commit(silent).error().code, "no_entry");
  auto nameless = new_case(random);
  nameless.case_id.reset();
  EXPECT_EQ(store->commit(nameless).error().code, "misshapen_change");
  EXPECT_TRUE(store->commit(new_case(random)));
  EXPECT_EQ(store->count_cases().value(), 2U);
  EXPECT_EQ(store->ledger_size().value(), 2U);
}

TEST_P(StoreSuite, ARetriedWriteIsDoneOnce) {
  const auto official = base::OfficialId::draw(random);
  const IdempotencyRecord record{official, "key-1", bytes("digest"), 201, "{\"a\":1}", {5}};
  auto change = new_case(random);
  change.idempotency = record;
  ASSERT_TRUE(store->commit(std::move(change)));
  auto again = new_case(random);
  again.idempotency = record;
  EXPECT_EQ(store->commit(again).error().code, "idempotency_replay");
  const auto kept = store->find_idempotency(official, "key-1").value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->body, record.body);
  EXPECT_EQ(kept->status, 201);
  EXPECT_EQ(kept->request_digest, record.request_digest);
  EXPECT_FALSE(store->find_idempotency(base::OfficialId::draw(random), "key-1").value());
  EXPECT_EQ(store->count_cases().value(), 1U);
}

TEST_P(StoreSuite, KeepsDocumentsTalliesHoldsAndAssignments) {
  const auto id = base::CaseId::draw(random);
  const auto official = base::OfficialId::draw(random);
  Change change;
  change.entries.push_back({.action = "test", .official = "system"});
  change.documents = {{"settings", "b", bytes("2")}, {"settings", "a", bytes("1")}, {"other", "a", bytes("3")}};
  change.tallies = {{"declined", "gb/2026-11", 1}, {"declined", "gb/2026-11", 2}};
  change.holds = {{bytes("digest"), id, "an authority", base::Date(1), std::nullopt, true, "active"}};
  change.assignments = {{id, official, "lawyer", base::Date(1), std::nullopt}};
  ASSERT_TRUE(store->commit(change));
  EXPECT_EQ(store->documents("settings")->front().key, "a");
  EXPECT_EQ(store->document("other", "a").value(), bytes("3"));
  EXPECT_EQ(store->tallies("declined")->front().add, 3);
  const auto hold = store->find_hold(bytes("digest")).value();
  ASSERT_TRUE(hold);
  EXPECT_TRUE(hold->until_is_minimum);
  EXPECT_FALSE(hold->until);
  EXPECT_FALSE(store->find_hold(bytes("Digest")).value());

  Change later;
  later.entries.push_back({.action = "test", .official = "system"});
  later.documents = {{"settings", "a", {}}};
  later.holds = {{bytes("digest"), id, "an authority", base::Date(1), base::Date(9), false, "ended"}};
  later.assignments = {{id, official, "lawyer", base::Date(1), base::Date(5)}};
  ASSERT_TRUE(store->commit(later));
  EXPECT_FALSE(store->document("settings", "a").value());
  ASSERT_EQ(store->holds_of_case(id)->size(), 1U);
  EXPECT_EQ(store->holds_of_case(id)->front().status, "ended");
  ASSERT_EQ(store->assignments_of_case(id)->size(), 1U);
  EXPECT_EQ(store->assignments_of_official(official)->front().to, base::Date(5));
}

TEST_P(StoreSuite, ErasureEmptiesBodiesAndTakesTheKeyAway) {
  auto change = new_case(random);
  auto row = *change.row;
  change.new_keys.push_back({row.person, bytes("wrapped key")});
  ASSERT_TRUE(store->commit(std::move(change)));
  EXPECT_EQ(store->wrapped_key(row.person).value(), bytes("wrapped key"));
  Change erase;
  erase.case_id = row.id;
  erase.based_on = 1;
  row.stage = "erased";
  row.snapshot.clear();
  erase.row = row;
  erase.erased_cases = {row.id};
  erase.destroyed_keys = {row.person};
  erase.entries.push_back({.action = "person.erased", .official = "system", .case_id = row.id.str()});
  ASSERT_TRUE(store->commit(std::move(erase)));
  EXPECT_FALSE(store->wrapped_key(row.person).value());
  EXPECT_TRUE(store->events(row.id, 0, 10)->front().body.empty());
  EXPECT_TRUE(store->find_case(row.id).value()->snapshot.empty());
  EXPECT_EQ(store->find_case(row.id).value()->stage, "erased");
}

TEST_P(StoreSuite, TheNewestCheckpointIsTheRootOfAllEntries) {
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(store->commit(new_case(random)));
  ledger::Frontier tree;
  const auto entries = store->ledger_entries(0, 100).value();
  for (const auto& entry : entries) {
    EXPECT_EQ(entry.index, tree.size());
    tree.append(ledger::leaf_hash(entry.data));
  }
  ASSERT_EQ(tree.size(), 40U);
  const auto opened = ledger::open_note(store->checkpoints()->back().note, TestKey().public_key);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size, 40U);
  EXPECT_EQ(opened->root, tree.root());
  EXPECT_EQ(store->ledger_entries(38, 100)->size(), 2U);
}

TEST_P(StoreSuite, ChangesQueuedTogetherAreJudgedOneByOne) {
  auto change = new_case(random);
  const auto row = *change.row;
  ASSERT_TRUE(store->commit(std::move(change)));
  std::mutex mutex;
  std::condition_variable wake;
  int answered = 0;
  int written = 0;
  for (int i = 0; i < 50; ++i) {
    store->submit(next_event(row, "one of fifty"), [&](const base::Result<Committed>& result) {
      const std::lock_guard guard(mutex);
      ++answered;
      if (result) ++written;
      wake.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(wake.wait_for(lock, std::chrono::seconds(30), [&] { return answered == 50; }));
  EXPECT_EQ(written, 1);
  EXPECT_EQ(store->find_case(row.id).value()->version, 2U);
  EXPECT_EQ(store->ledger_size().value(), 2U);
}

TEST_P(StoreSuite, RefusesBadPages) {
  CaseQuery query;
  query.all = true;
  query.limit = 0;
  EXPECT_EQ(store->list_cases(query).error().code, "bad_limit");
  query.limit = 10;
  for (const auto* cursor : {"x", "1", "1.", "1.zz", ".00", "1.00", "1x.00000000000000000000000000000000"}) {
    query.cursor = cursor;
    EXPECT_EQ(store->list_cases(query).error().code, "bad_cursor") << cursor;
  }
}

/// Every query, walked page by page, gives the rows that a plain filter and sort of all rows gives.
TEST_P(StoreSuite, PagesWalkExactlyTheRowsOfTheQuery) {
  const std::array agencies = {base::AgencyId::draw(random), base::AgencyId::draw(random)};
  const auto official = base::OfficialId::draw(random);
  std::vector<CaseRow> rows;
  std::vector<base::CaseId> assigned;
  for (int i = 0; i < 300; ++i) {
    auto change = new_case(random, agencies[random.below(2)]);
    auto& row = *change.row;
    row.stage = random.below(2) == 0 ? "presumed" : "conclusive";
    row.age = random.below(3) == 0 ? "child" : "adult";
    row.origin = random.below(4) == 0 ? "imported" : "opened";
    row.opened_on = base::Date(static_cast<std::int32_t>(20'000 + random.below(20)));
    row.updated_at = {static_cast<std::int64_t>(random.below(50))};
    if (random.below(2) == 0) row.next_due = base::Date(static_cast<std::int32_t>(20'000 + random.below(30)));
    if (random.below(5) == 0) {
      change.assignments.push_back({row.id, official, "lawyer", base::Date(1), std::nullopt});
      change.assignments.push_back({row.id, official, "guardian", base::Date(1), std::nullopt});
      assigned.push_back(row.id);
    }
    rows.push_back(row);
    ASSERT_TRUE(store->commit(std::move(change)));
  }
  // A case that moves to another agency takes its assignments along.
  for (auto& row : rows) {
    if (random.below(6) != 0) continue;
    row.agency = agencies[random.below(2)];
    auto moved = next_event(row, "moved");
    row = *moved.row;
    ASSERT_TRUE(store->commit(std::move(moved)));
  }
  for (int trial = 0; trial < 120; ++trial) {
    CaseQuery query;
    const auto scope = random.below(4);
    if (scope == 0 || scope == 1) query.agency = agencies[random.below(2)];
    if (scope == 1 || scope == 2) query.assigned_to = official;
    query.all = scope == 3;
    if (random.below(3) == 0) query.stage = "presumed";
    if (random.below(3) == 0) query.age = "child";
    if (random.below(3) == 0) query.origin = "opened";
    if (random.below(3) == 0) query.due_before = base::Date(20'015);
    query.order = static_cast<CaseQuery::Order>(random.below(3));
    query.limit = 1 + random.below(40);
    const bool due = query.order == CaseQuery::Order::next_due || query.due_before;
    std::vector<CaseRow> expected;
    for (const auto& row : rows) {
      const bool mine = query.all || (query.agency && row.agency == *query.agency) ||
                        (query.assigned_to && std::ranges::count(assigned, row.id) > 0);
      if (!mine || (query.stage && row.stage != *query.stage) || (query.age && row.age != *query.age) ||
          (query.origin && row.origin != *query.origin))
        continue;
      if ((due && !row.next_due) || (query.due_before && !(*row.next_due < *query.due_before))) continue;
      expected.push_back(row);
    }
    std::ranges::sort(expected, [&](const CaseRow& a, const CaseRow& b) {
      if (due) return std::pair(*a.next_due, a.id) < std::pair(*b.next_due, b.id);
      if (query.order == CaseQuery::Order::opened) return std::pair(b.opened_on, a.id) < std::pair(a.opened_on, b.id);
      return std::pair(b.updated_at, a.id) < std::pair(a.updated_at, b.id);
    });
    std::vector<base::CaseId> walked;
    do {
      const auto page = store->list_cases(query);
      ASSERT_TRUE(page) << page.error().message;
      ASSERT_LE(page->rows.size(), query.limit);
      for (const auto& row : page->rows) {
        walked.push_back(row.id);
        EXPECT_TRUE(row.snapshot.empty());
      }
      query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    std::vector<base::CaseId> wanted;
    for (const auto& row : expected) wanted.push_back(row.id);
    ASSERT_EQ(walked, wanted) << "trial " << trial;
  }
}

}  // namespace
}  // namespace remedium::store
