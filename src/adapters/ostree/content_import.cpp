// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/content_import.hpp"

#include "adapters/ostree/incoming_raw.hpp"
#include "adapters/ostree/metadata_import.hpp"
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace qpkg::ostree {
void Budget::take(std::uint64_t size)
{
    if (size > bytes_ - taken_) {
        throw Error(Code::no_space, "more content than the " + text::human_size(bytes_) + " announced");
    }
    taken_ += size;
}

IncomingFile::IncomingFile(const ObjectDirectory& objects, const Digest& id, Budget& budget, Inflater& inflater,
                           Keep keep)
    : objects_(objects), id_(id), budget_(budget), inflater_(inflater), keep_(keep)
{
}

void IncomingFile::take_header(std::span<const std::uint8_t>& bytes)
{
    const auto take_to = [&](std::size_t wanted) {
        const auto take = std::min(wanted - header_bytes_.size(), bytes.size());
        header_bytes_ += as_text(bytes.first(take));
        bytes = bytes.subspan(take);
        return header_bytes_.size() == wanted;
    };
    if (header_bytes_.size() < header_prefix && !take_to(header_prefix)) {
        return;
    }
    const auto length = header_length(as_bytes(header_bytes_).first(header_prefix));
    if (!take_to(header_prefix + length)) {
        return;
    }
    header_ = parse_archive_header(as_bytes(header_bytes_).subspan(header_prefix));
    check_file(header_.file);
    begin_content();
}

void IncomingFile::begin_content()
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

void IncomingFile::feed(std::span<const std::uint8_t> bytes)
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
    inflater_.feed(bytes, [this](std::span<const std::uint8_t> content) { write(content); });
}

void IncomingFile::write(std::span<const std::uint8_t> content)
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

ObjectFacts IncomingFile::finish()
{
    if (!digest_) {
        throw Error(Code::corrupt, "cut off in its header");
    }
    if (S_ISREG(header_.file.mode) && (!inflater_.at_end() || written_ != header_.size)) {
        throw Error(Code::corrupt,
                    "cut off: " + std::to_string(written_) + " of " + std::to_string(header_.size) + " bytes");
    }
    auto facts = facts_of(header_.file, digest_->finish());
    if (facts.id != id_) {
        throw Error(Code::corrupt, "its bytes are not what its name says");
    }
    if (staged_ && S_ISREG(header_.file.mode)) {
        writer_->finish();
    }
    if (staged_) {
        write_attributes(staged_.get(), header_.file);
    }
    return facts;
}

ContentImport::ContentImport(const ObjectDirectory& objects, Budget& budget, Progress& progress, Arrived arrived)
    : objects_(objects), budget_(budget), progress_(progress), arrived_(std::move(arrived))
{
}

void ContentImport::run(std::span<const Digest> wanted, Fetcher& from)
{
    wanted_ = wanted;
    form_ = from.content_form();
    const bool raw = form_ == ContentForm::raw;
    const auto cap = raw ? budget_.total() + header_prefix + max_file_header : compressed_cap(budget_.total());
    std::vector<FetchRequest> requests;
    requests.reserve(wanted.size());
    for (const auto& id : wanted) {
        requests.push_back({served_path(id, raw ? ObjectType::file : ObjectType::filez), cap});
    }
    try {
        from.get_many(requests, *this);
    } catch (...) {
        for (const auto& [index, unfinished] : transfers_) {
            objects_.discard_staged(wanted_[index], ObjectType::file);
        }
        throw;
    }
}

std::unique_ptr<Inflater> ContentImport::take_inflater()
{
    if (idle_.empty()) {
        return std::make_unique<Inflater>();
    }
    auto inflater = std::move(idle_.back());
    idle_.pop_back();
    inflater->restart();
    return inflater;
}

ContentImport::Transfer& ContentImport::transfer(std::size_t index)
{
    auto& transfer = transfers_[index];
    if (transfer.file) {
        return transfer;
    }
    const auto& id = wanted_[index];
    if (form_ == ContentForm::raw) {
        transfer.file = std::make_unique<IncomingRaw>(objects_, id, budget_);
        return transfer;
    }
    transfer.inflater = take_inflater();
    transfer.file = std::make_unique<IncomingFile>(objects_, id, budget_, *transfer.inflater);
    return transfer;
}

void ContentImport::data(std::size_t index, std::span<const std::uint8_t> bytes)
{
    interrupt::throw_if_requested();
    with_context("file " + wanted_[index].hex(), [&] { transfer(index).file->feed(bytes); });
}

void ContentImport::complete(std::size_t index)
{
    auto& ended = transfer(index);
    auto facts = with_context("file " + wanted_[index].hex(), [&] { return ended.file->finish(); });
    ++fetched_objects_;
    fetched_bytes_ += ended.file->transferred();
    progress_.advance(facts.size);
    const auto target = ended.file->target();
    if (ended.inflater) {
        idle_.push_back(std::move(ended.inflater));
    }
    transfers_.erase(index);
    arrived_(std::move(facts), target);
}

void ContentImport::absent(std::size_t index)
{
    throw Error(Code::not_found, "the repository lacks file " + wanted_[index].hex());
}

} // namespace qpkg::ostree
