// Asks comity about readers' comments, as a CMS would: one at a time, many at once, in a stream; and what can go wrong.
//
//	p=../../../proto m=module=example.org/moderate
//	for f in $p/comity/moderation/v1/*.proto; do m=$m,M${f#$p/}=example.org/moderate/moderationv1; done
//	protoc -I $p --go_out=. --go_opt=$m --go-grpc_out=. --go-grpc_opt=$m $p/comity/moderation/v1/*.proto
//	go mod tidy
//	go run . 127.0.0.1:50051
//
// protoc needs protoc-gen-go and protoc-gen-go-grpc. Where the service asks for a token:
// COMITY_TOKEN=... go run . 127.0.0.1:50051
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "example.org/moderate/moderationv1"
)

// Long enough for a busy server, short enough for a reader who waits.
const deadline = 2 * time.Second

var article = &pb.Article{Id: "tram", Headline: "Council approves new tram line to the harbour"}

var comments = []*pb.Comment{
	{Id: "1", Text: "Thank you for the report. How does the council plan to pay for the tram line to the harbour?"},
	{Id: "2", Text: "Shut up, you stupid moron. Nobody wants to read the garbage that an idiot like you writes."},
	{Id: "3", Text: "Nice."},
}

func request(comment *pb.Comment) *pb.ModerateCommentRequest {
	return &pb.ModerateCommentRequest{RequestId: comment.Id, Comment: comment, Article: article}
}

// What a CMS does with a verdict: publish, put in the moderators' queue, or give back to the author.
func tell(id string, verdict *pb.Verdict) {
	switch verdict.Decision {
	case pb.Decision_DECISION_APPROVE:
		fmt.Printf("%s: publish\n", id)
	case pb.Decision_DECISION_REJECT:
		var messages []string
		for _, reason := range verdict.Reasons {
			// These messages are made for the author.
			messages = append(messages, reason.AuthorMessage)
		}
		fmt.Printf("%s: give back: %s\n", id, strings.Join(messages, " "))
	default:
		var details []string
		for _, reason := range verdict.Reasons {
			details = append(details, reason.ModeratorDetail)
		}
		fmt.Printf("%s: let a person look: %s\n", id, strings.Join(details, "; "))
	}
}

func one(ctx context.Context, service pb.ModerationServiceClient, comment *pb.Comment) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	answer, err := service.ModerateComment(ctx, request(comment))
	if err != nil {
		// Busy, too slow, not there: the comment waits for a person, and is not lost.
		fmt.Printf("%s: let a person look: %v\n", comment.Id, err)
		return
	}
	tell(comment.Id, answer.Verdict)
}

func batch(ctx context.Context, service pb.ModerationServiceClient) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	call := &pb.BatchModerateCommentsRequest{}
	for _, comment := range comments {
		call.Requests = append(call.Requests, request(comment))
	}
	answer, err := service.BatchModerateComments(ctx, call)
	if err != nil {
		return err
	}
	for _, result := range answer.Results {
		if malformed := result.GetError(); malformed != nil {
			fmt.Printf("an item was malformed: %s\n", malformed.Message)
		} else {
			tell(result.GetResponse().RequestId, result.GetResponse().Verdict)
		}
	}
	return nil
}

func stream(ctx context.Context, service pb.ModerationServiceClient) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	calls, err := service.StreamModerateComments(ctx)
	if err != nil {
		return err
	}
	go func() {
		for _, comment := range comments {
			// Why it failed is what Recv returns.
			if calls.Send(&pb.StreamModerateCommentsRequest{Request: request(comment)}) != nil {
				return
			}
		}
		calls.CloseSend()
	}()
	for {
		answer, err := calls.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if malformed := answer.GetError(); malformed != nil {
			fmt.Printf("%s: malformed: %s\n", answer.RequestId, malformed.Message)
		} else {
			tell(answer.RequestId, answer.GetVerdict())
		}
	}
}

// An error's code and message, and every violated field at once.
func explain(err error) {
	refused := status.Convert(err)
	fmt.Printf("%s: %s\n", refused.Code(), refused.Message())
	for _, detail := range refused.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.FieldViolations {
				fmt.Printf("  %s: %s\n", violation.Field, violation.Description)
			}
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run . ADDRESS:PORT")
	}
	// For another machine: credentials.NewTLS.
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	service := pb.NewModerationServiceClient(connection)
	ctx := context.Background()
	if token := os.Getenv("COMITY_TOKEN"); token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}

	fmt.Println("one comment")
	for _, comment := range comments {
		one(ctx, service, comment)
	}
	fmt.Println("a batch: answers in the order of the requests, each a verdict or an error")
	if err := batch(ctx, service); err != nil {
		explain(err)
	}
	fmt.Println("a stream: answers while requests are still sent, paired by request id")
	if err := stream(ctx, service); err != nil {
		explain(err)
	}
	fmt.Println("an error: the text is longer than 20,480 bytes")
	overlong := &pb.Comment{Id: "4", Text: strings.Repeat("word ", 5_000)}
	if _, err := service.ModerateComment(ctx, request(overlong)); err != nil {
		explain(err)
	}
}
