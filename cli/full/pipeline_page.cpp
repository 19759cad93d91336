// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/pipeline_page.hpp"

#include "cli/full/own_publisher.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

constexpr std::string_view style = "body{font:15px sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;"
                                   "margin:1em 0}td,th{border-bottom:1px solid #ccc;padding:.3em .8em;text-align:left;"
                                   "vertical-align:top}.failed{color:#a00}.built{color:#060}";

/// Text of anybody, as it may stand in a page.
std::string in_html(std::string_view text)
{
    std::string safe;
    for (const char c : text) {
        switch (c) {
        case '&':
            safe += "&amp;";
            break;
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '"':
            safe += "&quot;";
            break;
        default:
            safe += c;
        }
    }
    return safe;
}

std::string row(std::string_view kind, const std::vector<std::string>& cells)
{
    std::string made = "<tr>";
    for (const auto& cell : cells) {
        made += '<' + std::string(kind) + '>' + in_html(cell) + "</" + std::string(kind) + '>';
    }
    return made + "</tr>\n";
}

std::string jobs_table(const std::vector<app::PipelineJob>& jobs)
{
    auto table = "<table>\n" + row("th", {"What", "On", "State", "Why"});
    for (const auto& job : jobs) {
        const auto word = std::string(state_word(job.state));
        const auto name = job.name.empty() ? job.recipe.string() : job.name;
        const auto why = job.problem ? std::string(job.problem->what()) : reason_of(job);
        table += "<tr class=\"" + word + "\"><td>" + in_html(name) + "</td><td>" + in_html(job.base) + "</td><td>" +
                 word + "</td><td>" + in_html(why) + "</td></tr>\n";
    }
    return table + "</table>\n";
}

std::string publication(const app::PublishReport& published)
{
    auto page = "<p>Index " + std::to_string(published.version) + ", to be signed again before " +
                qpkg::text::iso_date(published.expires) + ". Root fingerprint <code>" + published.fingerprint +
                "</code></p>\n<table>\n" + row("th", {"Release", "Version", "Number", "Download"});
    for (const auto& release : published.releases) {
        if (release.is_new) {
            page += row("td", {release.app.text(), release.version, std::to_string(release.sequence),
                               qpkg::text::human_size(release.download)});
        }
    }
    page += "</table>\n";
    for (const auto& gone : published.retired) {
        page += "<p>Off the list, by its age: " + in_html(gone) + "</p>\n";
    }
    return page;
}

} // namespace

std::string_view state_word(app::PipelineJob::State state)
{
    using enum app::PipelineJob::State;
    switch (state) {
    case current:
        return "current";
    case waits:
        return "waits";
    case build:
        return "outdated";
    case kept:
        return "kept";
    case built:
        return "built";
    case failed:
        return "failed";
    }
    return "";
}

std::string reason_of(const app::PipelineJob& job)
{
    std::vector<std::string> words;
    const auto say = [&](bool holds, const char* what) {
        if (holds) {
            words.emplace_back(what);
        }
    };
    if (job.state == app::PipelineJob::State::waits) {
        return "its base is made first";
    }
    say(job.why.is_new, "not published yet");
    say(job.why.is_missing, "the base is not on this machine");
    say(job.why.has_other_recipe, "the recipe is another");
    say(job.why.is_another, "the base is another");
    if (!job.why.unfit.empty()) {
        words.push_back(job.why.unfit);
    }
    if (const auto moved = reason_of(job.why.moved); !moved.empty()) {
        words.push_back(moved);
    }
    return qpkg::text::join(words, "; ");
}

std::string page_of(const app::PipelineReport& report, const std::string& repository, std::int64_t now)
{
    const auto title = "qpkg ci: " + in_html(repository);
    auto page = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title><style>" +
                std::string(style) + "</style></head><body>\n<h1>" + title + "</h1>\n<p>" + qpkg::text::iso_time(now) +
                "</p>\n" + jobs_table(report.jobs);
    page += report.published ? publication(*report.published) : "<p class=\"failed\">Nothing was published.</p>\n";
    return page + "</body></html>\n";
}

} // namespace qpkg::cli
