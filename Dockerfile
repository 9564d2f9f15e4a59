# Build: docker build -t fedhub .
# Run:   docker run -p 8080:8080 -e FEDHUB_URL=https://id.example.org \
#          -e FEDHUB_DATABASE=mongodb://… -e FEDHUB_SECRET_KEY=… fedhub
FROM golang:1.26.11 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /fedhub ./cmd/fedhub

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /fedhub /fedhub
ENV FEDHUB_LISTEN=:8080
EXPOSE 8080
HEALTHCHECK CMD ["/fedhub", "healthcheck"]
ENTRYPOINT ["/fedhub"]
CMD ["serve"]
