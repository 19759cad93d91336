// SPDX-License-Identifier: LGPL-2.1-or-later
// Raw objects, as bundles carry them: read from an archive repository, brought into a store.
#include "adapters/ostree/served/archived_objects.hpp"
#include "support/expect.hpp"
#include "support/published_commit.hpp"

#include <algorithm>
#include <map>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// The objects of a published commit, raw, in memory.
class RawSite final : public Fetcher {
public:
    explicit RawSite(const Published& published)
    {
        const ostree::ArchivedObjects archive(published.archive());
        for (const auto& object : archive.objects_of(published.summary.commit)) {
            auto& bytes = files[object.path];
            archive.read(object, [&](std::span<const std::uint8_t> piece) { bytes += as_text(piece); });
            CHECK(bytes.size() == object.length);
            CHECK(sha256(std::string_view(bytes)) == object.sha256);
        }
    }

    std::optional<std::string> get(const std::string& path, std::uint64_t) override
    {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    }
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override
    {
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const auto found = files.find(requests[i].path);
            if (found == files.end()) {
                sink.absent(i);
                continue;
            }
            // Byte by byte: a header may come in any number of pieces.
            for (const auto& byte : found->second) {
                sink.data(i, as_bytes({&byte, 1}));
            }
            sink.complete(i);
        }
    }
    ContentForm content_form() const override { return ContentForm::raw; }

    /// The raw bytes of some file with content.
    std::string& a_file()
    {
        const auto found = std::find_if(files.begin(), files.end(), [](const auto& file) {
            return file.first.ends_with(".file") && file.second.size() > 100;
        });
        return found->second;
    }

    std::map<std::string, std::string> files;
};

} // namespace

TEST_CASE("raw objects make the same store as served ones")
{
    Published published;
    published.import();
    RawSite site(published);
    ostree::OstreeContentStore store(published.directory / "raw");

    const auto report = store.import_commit(published.summary.commit, published.limits(), site, published.quiet);

    CHECK(listing(published.directory / "raw" / "objects") == listing(published.directory / "store" / "objects"));
    CHECK(report.content_bytes == published.summary.size);
    CHECK_NOTHROW(store.verify(published.summary.commit, published.quiet));
}

TEST_CASE("a raw object that is not what its name says is refused before it is parsed")
{
    Published published;
    RawSite site(published);
    ostree::OstreeContentStore store(published.directory / "raw");
    const auto import = [&] {
        store.import_commit(published.summary.commit, published.limits(), site, published.quiet);
    };
    auto& file = site.a_file();
    const auto good = file;

    file = good.substr(0, good.size() - 1);
    CHECK_FAILS(Code::corrupt, "its bytes are not what its name says", import());
    file = good + "x";
    CHECK_FAILS(Code::corrupt, "its bytes are not what its name says", import());
    file = good;
    file.at(9) ^= 1; // inside the header: a parser that came first would complain of something else
    CHECK_FAILS(Code::corrupt, "its bytes are not what its name says", import());
    file = good.substr(0, 12);
    CHECK_FAILS(Code::corrupt, "cut off in its header", import());
    file = std::string("\xff\xff\xff\xff\0\0\0\0", 8) + good;
    CHECK_FAILS(Code::no_space, "header", import());
    file = good;
    CHECK_NOTHROW(import());
}

TEST_CASE("an archive object that is damaged is not read out")
{
    Published published;
    const auto victim = published.object(published.archive(), ".filez");
    auto bytes = files::read(victim, 1U << 20U);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    files::write(victim, bytes);

    CHECK_FAILS(Code::corrupt, "file", RawSite{published});
}
