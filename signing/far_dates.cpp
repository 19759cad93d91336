// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/dates.hpp"
#include "signing/updater.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

/// Which times a client believes.
namespace qpkg::trust {

std::int64_t Updater::newest_signed() const
{
    return std::max(store_.newest_issued(repo_), timestamp_ ? (*timestamp_)->issued : 0);
}

std::int64_t Updater::now() const { return std::max(clock_, newest_signed()); }

/// The clock of this machine has no say: whoever could set it could make anything true.
void Updater::require_plausible(std::string_view what, std::int64_t signed_at) const
{
    const auto latest = latest_plausible(newest_signed(), build_date());
    if (profile_.on_far_date == OnFarDate::refuse && signed_at > latest) {
        throw Error(Code::untrusted,
                    std::string(what) + " " + text::iso_date(signed_at) +
                        ", more than three years after all that is known here: nothing later than " +
                        text::iso_date(latest) + " is believed",
                    "its publisher's clock was wrong: ask for signatures made with a right one. If no qpkg of yours is "
                    "younger than that, install a newer one");
    }
}

void Updater::require_plausible_expiry(const std::string& role, const tuf::Header& header) const
{
    const auto lifetime = role == "root"        ? Lifetimes::root
                          : role == "targets"   ? Lifetimes::targets
                          : role == "snapshot"  ? Lifetimes::snapshot
                          : role == "timestamp" ? Lifetimes::timestamp
                                                : Lifetimes::publisher;
    require_plausible("expires on " + text::iso_date(header.expires) + ", so it claims to be from",
                      header.expires - lifetime);
}

} // namespace qpkg::trust
