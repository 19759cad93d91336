// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/metadata_import.hpp"
#include "adapters/ostree/served/archive.hpp"
#include "adapters/ostree/served/incoming_compressed.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <memory>
#include <unordered_map>

namespace qpkg::ostree {
namespace {

/// Writes served objects down as they come, and inflates them beside that to see whether they are what they should be.
class ServedFiles final : public FetchSink {
public:
    ServedFiles(const ObjectDirectory& objects, std::span<const Digest> wanted, std::uint64_t budget,
                Progress& progress)
        : objects_(objects), wanted_(wanted), budget_(budget), progress_(progress)
    {
    }
    ServedFiles(const ServedFiles&) = delete;
    ServedFiles& operator=(const ServedFiles&) = delete;
    ~ServedFiles() override
    {
        for (const auto& [index, unfinished] : arriving_) {
            objects_.discard_staged(wanted_[index], ObjectType::filez);
        }
    }

    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t content_bytes() const { return budget_.taken(); }

    void data(std::size_t index, std::span<const std::uint8_t> piece) override
    {
        interrupt::throw_if_requested();
        auto& object = arriving(index);
        with_context("file " + wanted_[index].hex(), [&] { object.check->feed(piece); });
        files::write_all(object.staged.get(), piece);
        bytes_ += piece.size();
        progress_.advance(piece.size());
    }

    void complete(std::size_t index) override
    {
        with_context("file " + wanted_[index].hex(), [&] { arriving(index).check->finish(); });
        arriving_.erase(index);
    }

    void absent(std::size_t index) override
    {
        throw Error(Code::not_found, "the repository lacks file " + wanted_[index].hex());
    }

private:
    struct Arriving {
        Fd staged;
        std::unique_ptr<Incoming> check;
    };

    Arriving& arriving(std::size_t index)
    {
        auto& object = arriving_[index];
        if (!object.check) {
            const auto& id = wanted_[index];
            object.staged = objects_.create_staged(id, ObjectType::filez);
            object.check = std::make_unique<IncomingCompressed>(objects_, id, budget_, inflaters_, Keep::nothing);
        }
        return object;
    }

    const ObjectDirectory& objects_;
    std::span<const Digest> wanted_;
    Budget budget_;
    Progress& progress_;
    std::shared_ptr<Inflaters> inflaters_ = std::make_shared<Inflaters>();
    std::unordered_map<std::size_t, Arriving> arriving_;
    std::uint64_t bytes_ = 0;
};

void require_count(std::uint64_t found, std::uint64_t announced)
{
    if (found != announced) {
        throw Error(found > announced ? Code::no_space : Code::corrupt,
                    std::to_string(found) + " objects, " + std::to_string(announced) + " announced");
    }
}

} // namespace

/// What an interrupted pull left is believed only after it was hashed again.
bool Archive::is_staged(const Digest& content) const
{
    if (!objects_.is_staged(content, ObjectType::filez)) {
        return false;
    }
    try {
        Budget any(std::numeric_limits<std::uint64_t>::max());
        IncomingCompressed check(objects_, content, any, std::make_shared<Inflaters>(), Keep::nothing);
        const auto staged = files::open(objects_.staged_path(content, ObjectType::filez), O_RDONLY);
        std::array<std::uint8_t, 64 * 1024> buffer; // NOLINT: no need to clear what read() fills
        for (ssize_t got = 0; (got = ::read(staged.get(), buffer.data(), buffer.size())) > 0;) {
            check.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
        }
        check.finish();
        return true;
    } catch (const Error& error) {
        log::debug("staged " + content.hex() + " is fetched again: " + error.what());
        return false;
    }
}

ImportReport Archive::pull(const CommitId& commit, const ImportLimits& limits, Fetcher& from, Progress& progress)
{
    if (has_commit(commit)) {
        return {};
    }
    MetadataImport metadata(objects_, limits, from);
    const auto tree = metadata.run(commit);
    require_count(tree.metadata_objects() + tree.contents().size(), limits.objects);
    std::vector<Digest> missing;
    std::vector<FetchRequest> requests;
    std::vector<ObjectName> names;
    for (const auto& object : tree.objects()) {
        names.push_back({object.id, object.type == ObjectType::file ? ObjectType::filez : object.type});
    }
    for (const auto& id : tree.contents()) {
        interrupt::throw_if_requested();
        if (!objects_.has(id, ObjectType::filez) && !is_staged(id)) {
            missing.push_back(id);
            requests.push_back({served_path(id, ObjectType::filez), compressed_cap(limits.size)});
        }
    }
    ServedFiles sink(objects_, missing, limits.size, progress);
    from.get_many(requests, sink);
    objects_.promote_staged("mirror", names);
    const auto signatures = fetch_signatures(commit, from);
    if (!signatures.sound.empty()) {
        objects_.write_durably(commit.digest(), ObjectType::commitmeta, signatures.sound);
    }
    objects_.write_durably(commit.digest(), ObjectType::commit, tree.commit_bytes());
    fault_point("mirror.committed");
    return {metadata.fetched_objects() + missing.size(), metadata.fetched_bytes() + sink.bytes() + signatures.bytes,
            sink.content_bytes()};
}

} // namespace qpkg::ostree
