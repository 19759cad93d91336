// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/details.hpp"

#include "repo-format/repo/details.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"

#include <map>

using namespace qpkg;

namespace {

/// Files by path, as a repository or as a bundle has them.
struct Files final : Fetcher {
    std::map<std::string, std::string> files;
    ContentForm form = ContentForm::compressed;
    std::size_t asked = 0;

    std::optional<std::string> get(const std::string& path, std::uint64_t) override
    {
        ++asked;
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    }
    void get_many(std::span<const FetchRequest>, FetchSink&) override {}
    ContentForm content_form() const override { return form; }
};

/// A release whose details are these bytes; "packed" is a Z before them.
struct Offered {
    std::string raw = encode_details({.fixes = {{"CVE-2026-1", "hello"}}});
    Release release = testing::a_release();
    Files files;
    std::size_t unpacked = 0;

    explicit Offered(const std::string& bytes = {})
    {
        raw = bytes.empty() ? raw : bytes;
        release.details = {sha256(raw), raw.size(), sha256('Z' + raw), raw.size() + 1};
        files.files = {{packed_details_path(release.details), 'Z' + raw}, {raw_details_path(release.details), raw}};
    }

    std::string fetch()
    {
        return engine::fetch_details(release, files, [this](std::string_view packed, std::uint64_t) {
            ++unpacked;
            return std::string(packed.substr(1));
        });
    }
};

} // namespace

TEST_CASE("details come compressed from a repository, and as they are from a bundle")
{
    Offered offered;
    CHECK(offered.fetch() == offered.raw);
    CHECK(offered.unpacked == 1);

    offered.files.form = ContentForm::raw;
    CHECK(offered.fetch() == offered.raw);
    CHECK(offered.unpacked == 1);
}

TEST_CASE("compressed bytes that are not what the manifest names are not unpacked")
{
    Offered offered;
    for (auto& [path, bytes] : offered.files.files) {
        bytes.back() = 'x';
    }

    CHECK_FAILS(Code::corrupt, "details of org.example.hello 1.0-1: the bytes are not those that the manifest names",
                offered.fetch());
    CHECK(offered.unpacked == 0);
    offered.files.form = ContentForm::raw;
    CHECK_FAILS(Code::corrupt, "the bytes are not those", offered.fetch());
}

TEST_CASE("what came out of the compressed bytes is compared, too")
{
    Offered offered;
    offered.release.details.sha256 = sha256("other");

    CHECK_FAILS(Code::corrupt, "the bytes are not those that the manifest names", offered.fetch());
}

TEST_CASE("details that nobody could read are refused, though they are what the manifest names")
{
    CHECK_FAILS(Code::corrupt, "expected qpkg-details", Offered("no details\n").fetch());
}

TEST_CASE("details that may not be that large are not asked for")
{
    Offered offered;
    offered.release.details.size = largest_details + 1;

    CHECK_FAILS(Code::no_space, "allowed are 16777216", offered.fetch());
    CHECK(offered.files.asked == 0);
}

TEST_CASE("details that are not there are said, and where nothing is inflated they are not taken compressed")
{
    Offered offered;
    CHECK_FAILS(Code::unsupported, "inflates nothing", engine::fetch_details(offered.release, offered.files, {}));

    offered.files.files.clear();
    CHECK_FAILS(Code::not_found, "is not there, though the manifest names it", offered.fetch());
}
