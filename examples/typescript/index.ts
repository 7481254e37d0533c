// A voice channel, and a webhook that tells of its calls.

import * as pulumi from "@pulumi/pulumi";
import { VoiceChannel, WebhookSubscription, getPhoneNumber } from "./bird";

const config = new pulumi.Config();
const number = getPhoneNumber({ number: config.get("number") ?? "+3197010200001" });

const support = new VoiceChannel("support", { phoneNumberId: number.id });

new WebhookSubscription("calls", {
    service: "channels",
    event: "voice.inbound",
    url: "https://example.com/calls",
    eventFilters: [{ key: "channelId", value: support.channelId }],
});

export const channelId = support.channelId;
