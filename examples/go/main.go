// A voice channel, and a webhook that tells of its calls.
package main

import (
	"bird-dynamic.invalid/sdk/go/bird"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		number, err := bird.GetPhoneNumber(ctx, &bird.GetPhoneNumberArgs{
			Number: pulumi.StringRef(config.New(ctx, "").Require("number")),
		}, nil)
		if err != nil {
			return err
		}
		support, err := bird.NewVoiceChannel(ctx, "support", &bird.VoiceChannelArgs{
			PhoneNumberId: pulumi.String(number.Id),
		})
		if err != nil {
			return err
		}
		_, err = bird.NewWebhookSubscription(ctx, "calls", &bird.WebhookSubscriptionArgs{
			Service: pulumi.String(bird.WebhookServiceChannels),
			Event:   pulumi.String(bird.WebhookEventVoiceInbound),
			Url:     pulumi.String("https://example.com/calls"),
			EventFilters: bird.WebhookEventFilterArray{
				&bird.WebhookEventFilterArgs{
					Key:   pulumi.String(bird.WebhookFilterKeyChannelId),
					Value: support.ChannelId,
				},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("channelId", support.ChannelId)
		return nil
	})
}
