// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/incoming_compressed.hpp"

#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/files.hpp"

#include <sys/stat.h>

#include <utility>

namespace qpkg::ostree {

std::unique_ptr<Inflater> Inflaters::take()
{
    if (idle_.empty()) {
        return std::make_unique<Inflater>();
    }
    auto inflater = std::move(idle_.back());
    idle_.pop_back();
    inflater->restart();
    return inflater;
}

IncomingCompressed::IncomingCompressed(const ObjectDirectory& objects, const Digest& id, Budget& budget,
                                       std::shared_ptr<Inflaters> inflaters, Keep keep)
    : objects_(objects), id_(id), budget_(budget), inflaters_(std::move(inflaters)), inflater_(inflaters_->take()),
      keep_(keep)
{
}

IncomingCompressed::~IncomingCompressed() { inflaters_->give_back(std::move(inflater_)); }

void IncomingCompressed::take_header(std::span<const std::uint8_t>& bytes)
{
    if (!leading_.take(bytes)) {
        return;
    }
    header_ = parse_archive_header(leading_.without_length());
    try {
        check_file(header_.file);
    } catch (const Error& error) {
        refusal_ = error;
        keep_ = Keep::nothing;
    }
    begin_content();
}

void IncomingCompressed::begin_content()
{
    const bool link = S_ISLNK(header_.file.mode);
    if (link && header_.size != 0) {
        throw Error(Code::corrupt, "symlink with content");
    }
    budget_.take(link ? header_.file.target.size() : header_.size);
    digest_ = std::make_unique<ContentDigest>(header_.file);
    if (keep_ == Keep::nothing) {
        return;
    }
    staged_ = objects_.create_staged(id_, ObjectType::file);
    writer_.emplace(staged_.get());
    if (link) {
        files::write_all(staged_.get(), header_.file.target + '\0');
    }
}

void IncomingCompressed::feed(std::span<const std::uint8_t> bytes)
{
    transferred_ += bytes.size();
    if (!digest_) {
        take_header(bytes);
    }
    if (bytes.empty()) {
        return;
    }
    if (S_ISLNK(header_.file.mode)) {
        throw Error(Code::corrupt, "symlink with content");
    }
    if (transferred_ > compressed_cap(header_.size)) {
        throw Error(Code::corrupt,
                    "compressed content is longer than its " + std::to_string(header_.size) + " bytes can become");
    }
    inflater_->feed(bytes, [this](std::span<const std::uint8_t> content) { write(content); });
}

void IncomingCompressed::write(std::span<const std::uint8_t> content)
{
    if (content.size() > header_.size - written_) {
        throw Error(Code::corrupt, "more content than the " + std::to_string(header_.size) + " bytes its header says");
    }
    written_ += content.size();
    digest_->update(content);
    if (writer_) {
        writer_->write(content);
    }
}

ObjectFacts IncomingCompressed::finish()
{
    if (!digest_) {
        throw Error(Code::corrupt, "cut off in its header");
    }
    if (S_ISREG(header_.file.mode) && (!inflater_->at_end() || written_ != header_.size)) {
        throw Error(Code::corrupt,
                    "cut off: " + std::to_string(written_) + " of " + std::to_string(header_.size) + " bytes");
    }
    auto facts = facts_of(header_.file, digest_->finish());
    if (facts.id != id_) {
        throw Error(Code::corrupt, "its bytes are not what its name says");
    }
    if (refusal_) {
        throw *refusal_;
    }
    if (staged_ && S_ISREG(header_.file.mode)) {
        writer_->finish();
    }
    if (staged_) {
        write_attributes(staged_.get(), header_.file);
    }
    return facts;
}

Intake inflating()
{
    return [inflaters = std::make_shared<Inflaters>()](const ObjectDirectory& objects, const Digest& id,
                                                       Budget& budget) -> std::unique_ptr<Incoming> {
        return std::make_unique<IncomingCompressed>(objects, id, budget, inflaters);
    };
}

} // namespace qpkg::ostree
