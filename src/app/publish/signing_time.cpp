// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/signing_time.hpp"

#include "signing/dates.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {

std::int64_t signing_time(std::int64_t clock, std::int64_t last, SeenTime seen, std::int64_t built)
{
    const auto says = "nothing is signed: the clock of this machine says " + text::iso_date(clock);
    if (clock < built) {
        throw Error(Code::failed, says + ", and this qpkg was made on " + text::iso_date(built), "set the clock");
    }
    if (clock > trust::latest_plausible(last, built)) {
        throw Error(Code::failed,
                    says + ", more than three years after the last publication and after this qpkg was made: clients "
                           "would refuse it",
                    "set the clock; if it is right, sign with a qpkg of that time");
    }
    if (seen == SeenTime::forgotten) {
        return clock;
    }
    if (last > clock + trust::day) {
        throw Error(Code::failed,
                    says + ", and the repository was last signed on " + text::iso_date(last) + ", in the future",
                    "set the clock; if it is right, the last one was wrong: new keys for timestamp make clients forget "
                    "it, qpkg key rotate timestamp --add KEY --remove ID");
    }
    return std::max(clock, last);
}

} // namespace qpkg::app
