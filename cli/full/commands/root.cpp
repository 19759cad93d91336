// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/ceremony.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/full/sign.hpp"
#include "signing/words.hpp"

namespace qpkg::cli {
namespace {

struct InitFlags {
    std::filesystem::path out;
    std::vector<std::string> root;
    std::vector<std::string> targets;
    std::vector<std::string> snapshot;
    std::vector<std::string> timestamp;
    std::uint64_t root_threshold = 2;
    std::uint64_t targets_threshold = 2;
};

app::RootKeys keys_of(const std::vector<std::string>& words, std::uint64_t threshold)
{
    app::RootKeys role{.keys = {}, .threshold = threshold};
    for (const auto& word : words) {
        role.keys.push_back(public_key_of(word));
    }
    return role;
}

void init(Context& context, const InitFlags& flags)
{
    const auto root =
        app::make_root(keys_of(flags.root, flags.root_threshold), keys_of(flags.targets, flags.targets_threshold),
                       keys_of(flags.snapshot, 1), keys_of(flags.timestamp, 1));
    const auto fingerprint = app::prepare_first_root(context.world().clock, flags.out, root);
    const auto out = flags.out.string();
    Document document("root-init");
    document.field("out", out);
    document.field("fingerprint", fingerprint, "Root fingerprint");
    document.field("fingerprint_words", text(trust::fingerprint_words(fingerprint)), "In words");
    document.done("Done: 1.root.json in " + out + " waits for " + std::to_string(flags.root_threshold) +
                  " signatures.");
    document.next("Where each root key is: qpkg root add-sig " + out + " --keys DIR");
    document.next("Then: qpkg publish --attach " + out + " --repo DIR --keys DIR");
    context.show(document);
}

Option key_option(std::string spec, std::vector<std::string>& keys)
{
    return {std::move(spec),
            &keys,
            "a key: its file, or the 64 hex digits of its public half; repeatable",
            {.required = true, .one_word = true}};
}

} // namespace

Command root_init_command(Context& context)
{
    auto flags = std::make_shared<InitFlags>();
    return {"root init",
            Section::publishing,
            {{"--out DIR", &flags->out, "the directory to make", required()},
             key_option("--root-key KEY", flags->root),
             key_option("--targets-key KEY", flags->targets),
             key_option("--snapshot-key KEY", flags->snapshot),
             key_option("--timestamp-key KEY", flags->timestamp),
             {"--root-threshold N", &flags->root_threshold, "signatures that root needs (2)"},
             {"--targets-threshold N", &flags->targets_threshold, "signatures that targets needs (2)"}},
            [&context, flags] { init(context, *flags); }};
}

Command root_add_sig_command(Context& context)
{
    auto flags = std::make_shared<SignFlags>();
    return {"root add-sig", Section::publishing,
            joined({{"DIR", &flags->tbs, "the directory that init or rotate --prepare wrote", required()}},
                   sign_options(*flags)),
            [&context, flags] { sign(context, *flags); }};
}

Command root_rotate_command(Context& context)
{
    auto flags = std::make_shared<RotateFlags>();
    flags->role = "root";
    return {"root rotate", Section::publishing, rotate_options(*flags), [&context, flags] { rotate(context, *flags); }};
}

} // namespace qpkg::cli
