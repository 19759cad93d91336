// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/preloaded.hpp"

#include "adapters/qubes/slots.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/fault.hpp"

namespace qpkg::qubes {
namespace {

constexpr const char* maximum_feature = "preload-dispvm-max";
constexpr const char* names_feature = "preload-dispvm";
constexpr const char* no_feature = "QubesFeatureNotFoundError";
constexpr std::size_t most_digits = 4;

std::optional<std::string> feature(const Client& client, const std::string& qube, const std::string& name)
{
    return client.find({"admin.vm.feature.Get", name, qube}, no_feature);
}

void set_feature(const Client& client, const std::string& qube, const std::string& name, const std::string& value)
{
    client.call({"admin.vm.feature.Set", name, qube, value});
    fault_point("qubes.preload");
}

/// What dom0 says of the default disposable template counts more than what that says itself.
Renewal how_many(const Client& client, const QubeName& qube)
{
    if (const auto of_dom0 = feature(client, "dom0", maximum_feature)) {
        const auto usual = client.call({"admin.property.Get", "default_dispvm", "dom0"});
        if (usual.ends_with(" type=vm " + qube.text())) {
            return {"dom0", *of_dom0};
        }
    }
    return {qube.text(), feature(client, qube.text(), maximum_feature).value_or("0")};
}

/// Runs `step`; what fails is a warning.
template <class Step>
auto or_warn(const QubeName& qube, const Step& step) -> decltype(step())
{
    try {
        return step();
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning("preloaded disposables of " + qube.text() +
                     " may have older apps until they are used: " + error.what());
        return decltype(step())();
    }
}

} // namespace

bool is_our_feature(std::string_view name) { return is_slot_feature(name) || name == renewal_feature; }

std::optional<Renewal> Renewal::parse(std::string_view text, const QubeName& qube)
{
    const auto blank = text.find(' ');
    const auto holder = text.substr(0, blank);
    const auto number = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
    if ((holder != "dom0" && holder != qube.text()) || number.empty() || number.size() > most_digits ||
        number.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    return Renewal{std::string(holder), std::string(number)};
}

std::optional<Renewal> begin_renewal(const Client& client, const QubeName& qube, const std::string* now)
{
    if (const auto begun = now == nullptr ? std::nullopt : Renewal::parse(*now, qube)) {
        return begun;
    }
    return or_warn(qube, [&]() -> std::optional<Renewal> {
        if (feature(client, qube.text(), names_feature).value_or("").empty()) {
            if (now != nullptr) {
                client.find({"admin.vm.feature.Remove", renewal_feature, qube.text()}, no_feature);
            }
            return std::nullopt;
        }
        auto renewal = how_many(client, qube);
        set_feature(client, qube.text(), renewal_feature, renewal.text());
        return renewal;
    });
}

void renew_preloaded(const Client& client, const QubeName& qube, const Renewal& renewal)
{
    or_warn(qube, [&] {
        // Whoever has changed the number since the note was written is right; only a 0 may be ours.
        const auto now = feature(client, renewal.holder, maximum_feature).value_or("0");
        set_feature(client, renewal.holder, maximum_feature, "0");
        set_feature(client, renewal.holder, maximum_feature, now == "0" ? renewal.number : now);
        client.find({"admin.vm.feature.Remove", renewal_feature, qube.text()}, no_feature);
    });
}

} // namespace qpkg::qubes
