-- name: GetTeam :one
SELECT * FROM teams WHERE name = $1;
