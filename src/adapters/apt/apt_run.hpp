// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "workshop/run.hpp"

#include "qpkg/base/digest.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::apt {

/// Words that every call of apt-get begins with.
extern const std::vector<std::string> apt_get;

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more);

/// One run of apt or dpkg, whose warnings say nothing to people.
class AptRun : public workshop::Run {
public:
    AptRun(const Workshop& workshop, const std::string& name);
};

/// With network and the cache in place.
class OnlineRun : public AptRun {
public:
    OnlineRun(const Workshop& workshop, const std::string& name);
};

Error command_error(const CommandResult& result, const std::string& what, const std::string& hint = {});

/// How `apt-cache show` is asked for one package file.
std::string record_word(const std::string& name, const std::string& arch, const std::string& version);
/// By the names of package files, what it answered.
std::map<std::string, Digest> digests_in(std::string_view records);

} // namespace qpkg::apt
