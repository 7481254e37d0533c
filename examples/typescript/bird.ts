// The part of Bird's plugin that this program uses, written by hand.
// `pulumi package gen-sdk` writes the whole of it: see docs/languages.md.

import * as pulumi from "@pulumi/pulumi";

export class VoiceChannel extends pulumi.CustomResource {
    declare readonly channelId: pulumi.Output<string>;

    constructor(
        name: string,
        args: { phoneNumberId: pulumi.Input<string> },
        options?: pulumi.CustomResourceOptions,
    ) {
        // An output exists only if its name is passed, if only as undefined.
        super("bird:index:VoiceChannel", name, { ...args, channelId: undefined }, options);
    }
}

export class WebhookSubscription extends pulumi.CustomResource {
    constructor(
        name: string,
        args: {
            service: pulumi.Input<string>;
            event: pulumi.Input<string>;
            url: pulumi.Input<string>;
            eventFilters?: pulumi.Input<{ key: string; value: pulumi.Input<string> }[]>;
        },
        options?: pulumi.CustomResourceOptions,
    ) {
        super("bird:index:WebhookSubscription", name, args, options);
    }
}

export function getPhoneNumber(args: {
    number: string;
}): pulumi.Output<{ id: string; country?: string; capabilities: string[] }> {
    return pulumi.runtime.invokeOutput("bird:index:getPhoneNumber", args);
}
