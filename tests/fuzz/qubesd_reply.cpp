// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/answers.hpp"
#include "adapters/qubes/client.hpp"
#include "adapters/qubes/loops.hpp"
#include "adapters/qubes/slots.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

template <class Parse>
void attempt(Parse parse)
{
    try {
        parse();
    } catch (const qpkg::Error&) {
    }
}

/// A feature's value, whatever it is: what was planned to repair it must repair it.
void repair(const std::string& value)
{
    using namespace qpkg::qubes;
    Features features{{disk_feature('a'), value}, {notice_feature('a'), value}, {notice_feature('z'), value}};
    for (const auto& change : plan_features(features, {}, {})) {
        features.erase(change.name);
    }
    if (!slots_of(features).empty()) {
        std::abort();
    }
}

} // namespace

/// One answer of qubesd, read as every kind of answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::qubes;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    attempt([&] {
        const auto reply = parse_reply(bytes);
        if (const auto* exception = std::get_if<Exception>(&reply)) {
            static_cast<void>(error_of(*exception));
        }
        const auto* done = std::get_if<Done>(&reply);
        if (done == nullptr) {
            return;
        }
        attempt([&] { parse_domains(done->data); });
        attempt([&] { parse_names(done->data); });
        attempt([&] { parse_qube_property(done->data); });
        attempt([&] { is_no_qube(done->data); });
        attempt([&] { parse_devices(done->data); });
        static_cast<void>(volume_of_image(done->data));
        static_cast<void>(letter_of_front_end(done->data));
        repair(done->data);
    });
    attempt([&] {
        std::string stream(bytes);
        for (auto left = stream.size(); take_event(stream); left = stream.size()) {
            if (stream.size() >= left) {
                std::abort();
            }
        }
    });
    return 0;
}
