// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/incoming_raw.hpp"

#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <sys/stat.h>

namespace qpkg::ostree {

IncomingRaw::IncomingRaw(const ObjectDirectory& objects, const Digest& id, Budget& budget)
    : objects_(objects), id_(id), budget_(budget)
{
}

void IncomingRaw::take_header(std::span<const std::uint8_t>& bytes)
{
    if (!leading_.take(bytes)) {
        return;
    }
    digest_ = std::make_unique<ContentDigest>(std::string_view(leading_.bytes()));
    staged_ = objects_.create_staged(id_, ObjectType::file);
    writer_.emplace(staged_.get());
}

void IncomingRaw::feed(std::span<const std::uint8_t> bytes)
{
    transferred_ += bytes.size();
    if (!digest_) {
        take_header(bytes);
    }
    if (bytes.empty()) {
        return;
    }
    budget_.take(bytes.size());
    digest_->update(bytes);
    writer_->write(bytes);
}

ObjectFacts IncomingRaw::finish()
{
    if (!digest_) {
        throw Error(Code::corrupt, "cut off in its header");
    }
    auto result = digest_->finish();
    if (result.id != id_) {
        throw Error(Code::corrupt, "its bytes are not what its name says");
    }
    auto header = parse_file_header(leading_.without_length());
    check_file(header);
    if (S_ISLNK(header.mode)) {
        if (result.size != 0) {
            throw Error(Code::corrupt, "symlink with content");
        }
        budget_.take(header.target.size());
        files::write_all(staged_.get(), header.target + '\0');
    } else {
        writer_->finish();
    }
    write_attributes(staged_.get(), header);
    auto facts = facts_of(header, std::move(result));
    target_ = std::move(header.target);
    return facts;
}

} // namespace qpkg::ostree
