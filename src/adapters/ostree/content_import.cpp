// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/content_import.hpp"

#include "adapters/ostree/incoming_raw.hpp"
#include "adapters/ostree/metadata_import.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"

#include <utility>

namespace qpkg::ostree {

ContentImport::ContentImport(const ObjectDirectory& objects, const Intake& compressed, Budget& budget,
                             Progress& progress, Arrived arrived)
    : objects_(objects), compressed_(compressed), budget_(budget), progress_(progress), arrived_(std::move(arrived))
{
}

void ContentImport::run(std::span<const Digest> wanted, Fetcher& from)
{
    wanted_ = wanted;
    form_ = from.content_form();
    const bool raw = form_ == ContentForm::raw;
    if (!raw && !compressed_ && !wanted.empty()) {
        throw Error(Code::unsupported, "this qpkg inflates nothing",
                    "`qpkg bundle create` elsewhere makes a file that it takes");
    }
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

Incoming& ContentImport::transfer(std::size_t index)
{
    auto& transfer = transfers_[index];
    if (!transfer) {
        const auto& id = wanted_[index];
        transfer = form_ == ContentForm::raw ? std::make_unique<IncomingRaw>(objects_, id, budget_)
                                             : compressed_(objects_, id, budget_);
    }
    return *transfer;
}

void ContentImport::data(std::size_t index, std::span<const std::uint8_t> bytes)
{
    interrupt::throw_if_requested();
    with_context("file " + wanted_[index].hex(), [&] { transfer(index).feed(bytes); });
}

void ContentImport::complete(std::size_t index)
{
    auto& ended = transfer(index);
    auto facts = with_context("file " + wanted_[index].hex(), [&] { return ended.finish(); });
    ++fetched_objects_;
    fetched_bytes_ += ended.transferred();
    progress_.advance(facts.size);
    const auto target = ended.target();
    transfers_.erase(index);
    arrived_(std::move(facts), target);
}

void ContentImport::absent(std::size_t index)
{
    throw Error(Code::not_found, "the repository lacks file " + wanted_[index].hex());
}

} // namespace qpkg::ostree
