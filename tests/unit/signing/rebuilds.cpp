// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/rebuilds.hpp"

#include "signing/key.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/site.hpp"

using namespace qpkg;
using testing::a_key;

namespace {

RebuildStatement expected() { return agreement_with(testing::a_release()); }

RebuildStatement otherwise()
{
    auto statement = expected();
    statement.commit = CommitId(sha256("other"));
    return statement;
}

Rebuilder rebuilder(const std::string& organisation, std::string_view key)
{
    return {organisation, Digest(a_key(key).public_key().bytes())};
}

const std::vector<Rebuilder> trusted = {rebuilder("alpha", "a1"), rebuilder("alpha", "a2"), rebuilder("beta", "b")};

RebuildVerdict count(const std::vector<std::string>& files)
{
    std::vector<std::string> notes;
    return trust::count_rebuilds(expected(), files, trusted, notes);
}

std::string signed_by(const RebuildStatement& statement, std::initializer_list<std::string_view> keys)
{
    std::string file;
    for (const auto key : keys) {
        file = trust::sign_statement(statement, a_key(key), file);
    }
    return file;
}

} // namespace

TEST_CASE("an organisation counts once, whatever keys it signs with")
{
    CHECK(count({signed_by(expected(), {"a1", "a2"})}) == RebuildVerdict{{"alpha"}, {}});
    CHECK(count({signed_by(expected(), {"a1", "a2", "b"})}) == RebuildVerdict{{"alpha", "beta"}, {}});
}

TEST_CASE("strangers count for nothing")
{
    CHECK(count({signed_by(expected(), {"stranger"})}) == RebuildVerdict{});
    CHECK(count({signed_by(otherwise(), {"stranger"})}) == RebuildVerdict{});
}

TEST_CASE("what came out differently is dissent, and outweighs agreement of the same organisation")
{
    const auto yes = signed_by(expected(), {"a1", "b"});
    const auto no = signed_by(otherwise(), {"a2"});

    CHECK(count({yes, no}) == RebuildVerdict{{"beta"}, {"alpha"}});
    CHECK(count({no, yes}) == count({yes, no}));
}

TEST_CASE("a statement about another release or other inputs says nothing about this one")
{
    auto other_release = expected();
    other_release.core = sha256("another core");
    auto other_inputs = expected();
    other_inputs.inputs.lock = sha256("other lock");

    CHECK(count({signed_by(other_release, {"b"}), signed_by(other_inputs, {"b"})}) == RebuildVerdict{});
}

TEST_CASE("changed bytes and malformed files are skipped and told")
{
    auto file = signed_by(expected(), {"b"});
    const auto at = file.find("1.0-1");
    file[at] = '2';
    std::vector<std::string> notes;

    CHECK(trust::count_rebuilds(expected(), std::vector<std::string>{file, "{}"}, trusted, notes) == RebuildVerdict{});
    CHECK(notes.size() == 1);
}

TEST_CASE("signatures are put together only under the same words")
{
    CHECK_FAILS(Code::conflict, "says something else",
                trust::sign_statement(otherwise(), a_key("b"), signed_by(expected(), {"a1"})));
}
