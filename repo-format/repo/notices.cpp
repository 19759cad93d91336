// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/notices.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::tuf {
namespace {

using canonical::Object;

std::string member_text(const Object& object, const char* name)
{
    const auto found = object.find(name);
    const auto* text = found == object.end() ? nullptr : found->second.get_if<std::string>();
    return text == nullptr || text->size() > longest_notice ? "" : *text;
}

Object all_notices(const Targets& publisher)
{
    const auto found = publisher.header.extra.find(notices_member);
    const auto* object = found == publisher.header.extra.end() ? nullptr : found->second.get_if<Object>();
    return object == nullptr ? Object{} : *object;
}

} // namespace

std::vector<Notice> notices_of(const Targets& publisher)
{
    std::vector<Notice> notices;
    for (const auto& [name, value] : all_notices(publisher)) {
        const auto app = AppId::parse(name);
        const auto* said = value.get_if<Object>();
        if (!app || said == nullptr) {
            continue;
        }
        Notice notice{*app, member_text(*said, "end_of_life"), member_text(*said, "renamed")};
        if (!notice.renamed.empty() && !AppId::parse(notice.renamed)) {
            notice.renamed.clear();
        }
        if (!notice.end_of_life.empty() || !notice.renamed.empty()) {
            notices.push_back(std::move(notice));
        }
    }
    return notices;
}

void set_notice(Targets& publisher, const Notice& notice)
{
    auto all = all_notices(publisher);
    all.erase(notice.app.text());
    Object said;
    if (!notice.end_of_life.empty()) {
        said.emplace("end_of_life", canonical::to_words(notice.end_of_life, longest_notice));
    }
    if (!notice.renamed.empty()) {
        said.emplace("renamed", AppId::require(notice.renamed).text());
    }
    if (!said.empty()) {
        all.emplace(notice.app.text(), std::move(said));
    }
    publisher.header.extra.erase(std::string(notices_member));
    if (!all.empty()) {
        publisher.header.extra.emplace(std::string(notices_member), std::move(all));
    }
}

} // namespace qpkg::tuf
